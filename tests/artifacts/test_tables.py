"""Tables: what a schema lets in, what comes back, and that equal tables are equal files."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.artifacts.schemas import TABLES
from occlusionkit.artifacts.tables import (
    ROW_GROUP_ROWS,
    Column,
    Schema,
    concatenate,
    make_table,
    read_table,
    write_table,
)

SCHEMA = Schema(
    name="joints",
    doc="A table with every kind of column.",
    key=("image", "person"),
    columns=(
        Column("image", "string", "name"),
        Column("person", "int32", "id"),
        Column("matrix", "float64", "a small matrix", shape=(2, 3), unit="m", frame="world"),
        Column("gap_m", "float64", "may be NaN", shape=(2,), unit="m", nullable=True),
        Column("visible", "bool", "flags", shape=(2,)),
        Column("held_out", "bool", "a flag"),
        Column("cause", "uint8", "small", shape=(2,)),
        Column("score", "float32", "scalar"),
        Column("note", "string", "may be None", nullable=True),
    ),
)


def columns(rows: int = 3, seed: int = 0) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    return {
        "image": [f"a/{row // 2}.jpg" for row in range(rows)],
        "person": np.arange(rows) % 2,
        "matrix": rng.normal(size=(rows, 2, 3)),
        "gap_m": np.tile([np.nan, -np.inf], (rows, 1)),
        "visible": rng.random((rows, 2)) < 0.5,
        "held_out": rng.random(rows) < 0.5,
        "cause": rng.integers(0, 255, (rows, 2)).astype(np.uint8),
        "score": rng.random(rows).astype(np.float32),
        "note": [None if row % 2 else "ü\t\n" for row in range(rows)],
    }


def assert_equal(found, expected) -> None:
    assert found.schema == expected.schema
    for column in expected.schema.columns:
        one, other = found[column.name], expected[column.name]
        assert (one.dtype, one.shape) == (other.dtype, other.shape), column.name
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_a_table_is_a_round_trip_in_values_dtypes_and_shapes(tmp_path, rows):
    table = make_table(SCHEMA, columns(rows))
    write_table(tmp_path / "t.parquet", table)
    assert_equal(read_table(tmp_path / "t.parquet", SCHEMA), table)


@settings(max_examples=20)
@given(rows=st.integers(0, 9), seed=st.integers(0, 99))
def test_any_order_of_rows_is_the_same_file(tmp_path_factory, rows, seed):
    folder = tmp_path_factory.mktemp("t")
    given_columns = columns(rows, seed)
    order = np.random.default_rng(seed).permutation(rows)
    shuffled = {name: np.array(values, dtype=object)[order] if name in ("image", "note") else np.asarray(values)[order]
                for name, values in given_columns.items()}  # fmt: skip
    for name, one in (("a", given_columns), ("b", shuffled)):
        write_table(folder / f"{name}.parquet", make_table(SCHEMA, one))
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()


def test_two_writes_and_a_rewrite_of_what_was_read_are_the_same_bytes(tmp_path):
    paths = [tmp_path / f"{number}.parquet" for number in range(3)]
    for path in paths[:2]:
        write_table(path, make_table(SCHEMA, columns(5)))
    write_table(paths[2], read_table(paths[0], SCHEMA))
    assert len({path.read_bytes() for path in paths}) == 1


def test_rows_are_sorted_by_the_whole_key(tmp_path):
    table = make_table(SCHEMA, columns(3) | {"image": ["b", "a", "a"], "person": [0, 1, 0]})
    assert list(zip(table["image"], table["person"].tolist(), strict=True)) == [("a", 0), ("a", 1), ("b", 0)]
    np.testing.assert_array_equal(table["matrix"][2], columns(3)["matrix"][0])


def test_other_readers_find_names_shapes_units_and_frames(tmp_path):
    write_table(tmp_path / "t.parquet", make_table(SCHEMA, columns(4)))
    file = pq.ParquetFile(tmp_path / "t.parquet")
    field = file.schema_arrow.field("matrix")
    assert field.metadata[b"shape"] == b"2,3"
    assert (field.metadata[b"unit"], field.metadata[b"frame"]) == (b"m", b"world")
    assert pa.types.is_fixed_size_list(field.type)
    assert (field.type.list_size, field.type.value_type) == (6, pa.float64())
    assert file.schema_arrow.metadata[b"occlusionkit.schema"] == b"joints"
    assert file.metadata.num_row_groups == 1
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert file.read().column("gap_m").null_count == 0


def test_large_tables_are_cut_into_row_groups(tmp_path):
    schema = Schema("many", "", ("row",), (Column("row", "int32", ""),))
    write_table(tmp_path / "t.parquet", make_table(schema, {"row": np.arange(ROW_GROUP_ROWS + 1)[::-1]}))
    assert pq.ParquetFile(tmp_path / "t.parquet").metadata.num_row_groups == 2
    assert read_table(tmp_path / "t.parquet", schema)["row"].tolist() == list(range(ROW_GROUP_ROWS + 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores": [1.0] * 3}, r"table joints: missing columns \[\], unknown columns \['scores'\]"),
        ({"matrix": np.zeros((3, 3, 2))}, r"column matrix: expected cells of shape \(2, 3\), found \(3, 2\)"),
        ({"matrix": np.full((3, 2, 3), np.nan)}, r"column matrix: expected finite numbers, found .*nan.* in row 0"),
        ({"score": np.array([0, 1, np.inf], np.float32)}, "column score: expected finite numbers, found inf in row 2"),
        ({"score": np.zeros(4, np.float32)}, "columns of different lengths"),
        ({"person": [0, 1, 2**31]}, r"column person: values do not fit int32: 0 \.\. 2147483648"),
        ({"person": [0.5, 1, 2]}, "column person: expected int32, found float64"),
        ({"person": ["0", "1", "2"]}, "column person: expected int32, found <U1"),
        ({"visible": np.zeros((3, 2))}, "column visible: expected bool, found float64"),
        ({"cause": np.full((3, 2), -1)}, "column cause: expected uint8, found int64"),
        ({"image": ["a", None, "c"]}, "column image: expected text, found None"),
        ({"image": ["a", 3, "c"]}, "column image: expected text, found 3"),
        ({"note": ["a", 3, None]}, "column note: expected text, found 3"),
        ({"image": ["a", "b", "a"], "person": [1, 1, 1]}, r"key \('image', 'person'\) repeated: \('a', 1\)"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused_by_column(change, message):
    with pytest.raises(ValueError, match=message):
        make_table(SCHEMA, columns() | change)


def test_a_missing_column_is_named():
    given_columns = columns()
    del given_columns["score"]
    with pytest.raises(ValueError, match=r"missing columns \['score'\]"):
        make_table(SCHEMA, given_columns)


def test_a_table_changed_behind_its_back_is_not_written(tmp_path):
    table = make_table(SCHEMA, columns())
    table["matrix"][1, 0, 0] = np.nan
    with pytest.raises(ValueError, match="column matrix: expected finite"):
        write_table(tmp_path / "t.parquet", table)
    assert list(tmp_path.iterdir()) == []


def test_taking_rows_leaves_the_table_as_it_was():
    table = make_table(SCHEMA, columns(4))
    chosen = table.take(np.array([False, True, False, True]))
    assert len(chosen) == 2
    np.testing.assert_array_equal(chosen["matrix"], table["matrix"][[1, 3]])
    assert len(table) == 4


def test_concatenating_needs_tables_of_one_schema():
    table = make_table(SCHEMA, columns(4))
    whole = concatenate([table.take(np.arange(1)), table.take(np.arange(1, 4))])
    assert_equal(whole, table)
    with pytest.raises(ValueError, match="expected at least one table"):
        concatenate([])
    other = make_table(Schema("other", "", ("row",), (Column("row", "int32", ""),)), {"row": [1]})
    with pytest.raises(ValueError, match=r"found \['joints', 'other'\]"):
        concatenate([table, other])


def test_some_columns_can_be_read_alone(tmp_path):
    table = make_table(SCHEMA, columns())
    write_table(tmp_path / "t.parquet", table)
    some = read_table(tmp_path / "t.parquet", SCHEMA, columns=["matrix"])
    assert set(some.columns) == {"matrix"}
    np.testing.assert_array_equal(some["matrix"], table["matrix"])
    with pytest.raises(ValueError, match=r"schema joints has no columns \['matrices'\]"):
        read_table(tmp_path / "t.parquet", SCHEMA, columns=["matrices"])


def changed(*, name: str = "joints", dtype: str = "float32", unit: str = "") -> Schema:
    last = Column("score", dtype, "scalar", unit=unit)
    return Schema(name, SCHEMA.doc, SCHEMA.key, tuple(last if c.name == "score" else c for c in SCHEMA.columns))


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (changed(dtype="float64"), r"differing in \['score'\]"),
        (changed(unit="px"), r"differing in \['score'\]"),
        (changed(name="other"), r"expected schema other, found schema joints"),
        (Schema("joints", "", SCHEMA.key, SCHEMA.columns[:-1]), r"differing in \['note'\]"),
    ],
)
def test_a_file_of_another_schema_is_refused_by_name(tmp_path, expected, message):
    write_table(tmp_path / "t.parquet", make_table(SCHEMA, columns()))
    with pytest.raises(ValueError, match=rf"t\.parquet: .*{message}.*delete it and run again"):
        read_table(tmp_path / "t.parquet", expected)


def test_a_foreign_parquet_file_is_refused(tmp_path):
    pq.write_table(pa.table({"x": [1]}), tmp_path / "t.parquet")
    with pytest.raises(ValueError, match="expected schema joints, found schema none"):
        read_table(tmp_path / "t.parquet", SCHEMA)


def test_a_missing_file_and_a_text_file_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"t\.parquet: expected a joints table, found no file; run the stage"):
        read_table(tmp_path / "t.parquet", SCHEMA)
    (tmp_path / "t.parquet").write_text("image,person\n")
    with pytest.raises(ValueError, match=r"t\.parquet: expected a Parquet table of schema joints"):
        read_table(tmp_path / "t.parquet", SCHEMA)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "t.parquet"
    write_table(path, make_table(SCHEMA, columns(50)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r"t\.parquet: expected a Parquet table of schema joints"):
        read_table(path, SCHEMA)


def test_a_flipped_byte_never_changes_a_value_unseen(tmp_path):
    path = tmp_path / "t.parquet"
    table = make_table(SCHEMA, columns(50))
    write_table(path, table)
    whole, refused, positions = path.read_bytes(), 0, range(4, path.stat().st_size, 61)
    for at in positions:
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        path.write_bytes(damaged)
        try:
            found = read_table(path, SCHEMA)
        except ValueError as error:
            assert str(error).startswith(f"{path}: "), at
            refused += 1
        else:  # a byte of the statistics that no reader of ours looks at
            assert_equal(found, table)
    assert refused > len(positions) / 2


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_every_schema_of_the_project_is_sound(tmp_path, schema):
    names = [column.name for column in schema.columns]
    assert len(set(names)) == len(names)
    assert set(schema.key) <= set(names)
    assert all(column.doc for column in schema.columns)
    assert all(not schema.column(name).nullable and not schema.column(name).shape for name in schema.key)
    for column in schema.columns:
        assert column.dtype in ("string", "bool") or np.dtype(column.dtype).kind in "iuf"
        # STYLE: a unit in the name is the unit of the column.
        for suffix, unit in (("_m", "m"), ("_mm", "mm"), ("_px", "px"), ("_deg", "deg"), ("_s", "s"), ("_hw", "px")):
            assert not column.name.endswith(suffix) or column.unit == unit, column.name
    empty = make_table(schema, dict.fromkeys(names, ()))
    write_table(tmp_path / "empty.parquet", empty)
    assert len(read_table(tmp_path / "empty.parquet", schema)) == 0


def test_nulls_among_numbers_are_refused_by_column(tmp_path):
    write_table(tmp_path / "t.parquet", make_table(SCHEMA, columns()))
    stored = pq.read_table(tmp_path / "t.parquet")
    kind = stored.schema.field("gap_m").type
    holey = pa.FixedSizeListArray.from_arrays(pa.array([1.0, None, None, 2.0, 3.0, 4.0]), type=kind)
    place = stored.schema.get_field_index("gap_m")
    pq.write_table(stored.set_column(place, stored.schema.field("gap_m"), holey), tmp_path / "null.parquet")
    with pytest.raises(ValueError, match=r"null.parquet: column gap_m: .* 2 nulls"):
        read_table(tmp_path / "null.parquet", SCHEMA)


def test_a_job_that_only_reads_and_writes_tables_does_not_load_pandas(tmp_path):
    script = """
import sys
from pathlib import Path
from occlusionkit.artifacts.schemas import TABLES
from occlusionkit.artifacts.tables import make_table, read_table, write_table
for number, schema in enumerate(TABLES):
    path = Path(sys.argv[1]) / f"{number}.parquet"
    write_table(path, make_table(schema, {column.name: [] for column in schema.columns}))
    read_table(path, schema)
assert number and "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)


def test_an_unknown_column_is_refused_with_the_names_there_are():
    assert SCHEMA.column("gap_m").unit == "m"
    with pytest.raises(KeyError, match="schema joints has no column 'gap'; it has image, person, matrix, gap_m"):
        SCHEMA.column("gap")


def test_schema_names_are_unique():
    names = [schema.name for schema in TABLES]
    assert len(set(names)) == len(names)
