"""Parquet tables with a named schema, checked on write and on read, written so that two runs give the same bytes.

A fixed-shape numeric column is a fixed-size list whose shape stands in the field's metadata; rows are sorted by the
schema's key; one chunk, zstd. `occlusionkit.artifacts.schemas` holds every schema of the project.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .atomic import atomic_output

ROW_GROUP_ROWS = 65_536


@dataclass(frozen=True)
class Column:
    """dtype: a numpy dtype name, "string" or "bool"; shape: of one cell, () for a scalar; unit and frame: "" = none.

    nullable: string cells may be None and float cells NaN; elsewhere both are refused.
    """

    name: str
    dtype: str
    doc: str
    shape: tuple[int, ...] = ()
    unit: str = ""
    frame: str = ""
    nullable: bool = False

    @property
    def arrow_type(self) -> pa.DataType:
        scalar = {"string": pa.string(), "bool": pa.bool_()}.get(self.dtype) or pa.from_numpy_dtype(self.dtype)
        # "element" is Parquet's name for it: with Arrow's own default, "item", a file would not equal its schema.
        return pa.list_(pa.field("element", scalar), math.prod(self.shape)) if self.shape else scalar

    @property
    def arrow_field(self) -> pa.Field:
        metadata = {"shape": ",".join(map(str, self.shape)), "unit": self.unit, "frame": self.frame, "doc": self.doc}
        return pa.field(self.name, self.arrow_type, nullable=self.nullable, metadata=metadata)


@dataclass(frozen=True)
class Schema:
    """A table's name and columns; `key` names the columns that sort the rows and make them unique."""

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError with the names there are."""
        found = {column.name: column for column in self.columns}
        if name not in found:
            raise KeyError(f"schema {self.name} has no column {name!r}; it has {', '.join(found)}")
        return found[name]

    @property
    def arrow_schema(self) -> pa.Schema:
        metadata = {"occlusionkit.schema": self.name, "occlusionkit.key": ",".join(self.key)}
        return pa.schema([column.arrow_field for column in self.columns], metadata=metadata)


@dataclass(frozen=True, eq=False)
class Table:
    """Columns by name: numeric (N, *shape) arrays, strings as object arrays of str (or None)."""

    schema: Schema
    columns: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> np.ndarray[Any, Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows as dictionaries of plain Python values."""
        names = [column.name for column in self.schema.columns]
        for values in zip(*(self[name].tolist() for name in names), strict=True):
            yield dict(zip(names, values, strict=True))

    def take(self, rows: np.ndarray[Any, Any]) -> Table:
        """The rows selected by an index or boolean array, in that order."""
        return Table(self.schema, {name: values[rows] for name, values in self.columns.items()})


def concatenate(tables: Sequence[Table]) -> Table:
    """Rows of all tables, one after the other; they must share a schema. ValueError for none."""
    if not tables:
        raise ValueError("concatenate: expected at least one table, found none")
    schema = tables[0].schema
    if any(table.schema != schema for table in tables):
        raise ValueError(
            f"concatenate: expected tables of schema {schema.name}, found {[t.schema.name for t in tables]}"
        )
    columns = {c.name: np.concatenate([table[c.name] for table in tables]) for c in schema.columns}
    return Table(schema, columns)


def make_table(schema: Schema, columns: Mapping[str, Any]) -> Table:
    """Check columns against the schema and sort the rows by its key.

    Raises ValueError naming the column for: missing or unknown columns, another length or shape, values that do not
    fit the dtype, NaN or None where not nullable, and repeated keys.
    """
    names = [column.name for column in schema.columns]
    missing, unknown = sorted(set(names) - set(columns)), sorted(set(columns) - set(names))
    if missing or unknown:
        raise ValueError(f"table {schema.name}: missing columns {missing}, unknown columns {unknown}")
    checked = {column.name: _checked_values(schema, column, columns[column.name]) for column in schema.columns}
    lengths = {name: len(values) for name, values in checked.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"table {schema.name}: columns of different lengths {lengths}")
    return _sorted_by_key(Table(schema, checked))


def _checked_values(schema: Schema, column: Column, values: Any) -> np.ndarray[Any, Any]:
    where = f"table {schema.name}, column {column.name}"
    if column.dtype == "string":
        array = np.array(values, dtype=object).reshape(-1)
        wrong = [v for v in array if not (isinstance(v, str) or (v is None and column.nullable))]
        if wrong:
            raise ValueError(f"{where}: expected text, found {wrong[0]!r}")
        return array
    given = np.asarray(values)
    if given.size == 0:
        given = given.reshape(0, *column.shape)
    dtype = np.dtype(column.dtype)
    if given.shape[1:] != column.shape:
        raise ValueError(f"{where}: expected cells of shape {column.shape}, found {given.shape[1:]}")
    if given.size and not np.can_cast(given.dtype, dtype, casting="same_kind"):
        raise ValueError(f"{where}: expected {dtype}, found {given.dtype}")
    array = given.astype(dtype)
    if given.dtype.kind in "iu" and not np.array_equal(array, given):
        raise ValueError(f"{where}: values do not fit {dtype}: {given.min()} .. {given.max()}")
    if dtype.kind == "f" and not column.nullable and not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))[0, 0])
        raise ValueError(f"{where}: expected finite numbers, found {array[row].tolist()} in row {row}")
    return array


def _sorted_by_key(table: Table) -> Table:
    if len(table) == 0 or not table.schema.key:
        return table
    rows = list(zip(*(table[name].tolist() for name in table.schema.key), strict=True))
    order = sorted(range(len(rows)), key=rows.__getitem__)
    repeated = next((rows[b] for a, b in itertools.pairwise(order) if rows[a] == rows[b]), None)
    if repeated is not None:
        raise ValueError(f"table {table.schema.name}: key {table.schema.key} repeated: {repeated}")
    return table.take(np.array(order))


def write_table(path: Path, table: Table) -> None:
    """Write a table atomically as Parquet. Equal tables give equal bytes (for one pyarrow version)."""
    checked = make_table(table.schema, table.columns)
    arrays = [_to_arrow(column, checked[column.name]) for column in table.schema.columns]
    arrow = pa.table(arrays, schema=table.schema.arrow_schema).combine_chunks()
    with atomic_output(path) as temporary:
        pq.write_table(arrow, temporary, compression="zstd", row_group_size=ROW_GROUP_ROWS, write_page_checksum=True)


def _to_arrow(column: Column, values: np.ndarray[Any, Any]) -> pa.Array:
    """Not through pa.array, nor below through pq.read_table: both import pandas, which takes a short job a second."""
    if column.dtype == "string":
        builder = pa.lib.StringBuilder()
        builder.append_values(values.tolist())
        return builder.finish()
    flat = np.ascontiguousarray(values).reshape(-1)
    data = np.packbits(flat, bitorder="little") if column.dtype == "bool" else flat
    kind = column.arrow_type.value_type if column.shape else column.arrow_type
    numbers = pa.Array.from_buffers(kind, len(flat), [None, pa.py_buffer(data)])
    return pa.FixedSizeListArray.from_arrays(numbers, type=column.arrow_type) if column.shape else numbers


def read_table(path: Path, schema: Schema, *, columns: Sequence[str] | None = None) -> Table:
    """Read a table and check that it has this schema. `columns`: only these (the key is not needed).

    Raises FileNotFoundError, or ValueError naming the file for another schema, an unknown column, or a file that is no
    Parquet or damaged (every page has a checksum).
    """
    unknown = sorted(set(columns or ()) - {column.name for column in schema.columns})
    if unknown:
        raise ValueError(f"{path}: schema {schema.name} has no columns {unknown}")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: expected a {schema.name} table, found no file; run the stage that makes it")
    names = [column.name for column in schema.columns if columns is None or column.name in columns]
    try:
        stored = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path}: expected a Parquet table of schema {schema.name}, found: {error}") from error
    expected = schema.arrow_schema
    if not stored.equals(expected, check_metadata=True):
        found = (stored.metadata or {}).get(b"occlusionkit.schema", b"none").decode()
        differing = sorted(
            {
                f.name
                for f in expected
                if f.name not in stored.names or not stored.field(f.name).equals(f, check_metadata=True)
            }
            | (set(stored.names) - set(expected.names))
        )
        raise ValueError(
            f"{path}: expected schema {schema.name}, found schema {found}, differing in {differing}; "
            "it was written by another version: delete it and run again"
        )
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            arrow = file.read(columns=names)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"{path}: damaged table: {error}; delete it and run again") from error
    return Table(schema, {name: _from_arrow(schema.column(name), arrow.column(name), where=path) for name in names})


def _from_arrow(column: Column, stored: pa.ChunkedArray, *, where: Path) -> np.ndarray[Any, Any]:
    """Not through to_numpy, which imports pandas too."""
    values = stored.combine_chunks()
    if column.dtype == "string":
        return np.array(values.to_pylist(), dtype=object)
    flat = values.flatten() if column.shape else values
    if flat.null_count:
        raise ValueError(
            f"{where}: column {column.name}: expected numbers, found {flat.null_count} nulls; delete it and run again"
        )
    numbers = _bits(flat) if column.dtype == "bool" else np.from_dlpack(flat)
    return numbers.reshape(len(values), *column.shape)


def _bits(values: pa.BooleanArray) -> np.ndarray[Any, Any]:
    """DLPack has no bits: (N,) bool from eight values a byte."""
    packed = np.frombuffer(values.buffers()[1] or b"", np.uint8)
    return np.unpackbits(packed, bitorder="little")[values.offset : values.offset + len(values)].astype(np.bool_)
