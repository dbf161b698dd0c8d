"""Content hashes: the same for what decodes to the same, different for one pixel, row or number."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from occlusionkit.artifacts.hashing import artifact_files, content_hash, file_sha256
from occlusionkit.artifacts.pickles import dumps_compatible_pickle
from occlusionkit.artifacts.tables import Column, Schema, make_table, write_table
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.images import encode_png

SCHEMA = Schema(
    "t",
    "",
    ("row",),
    (
        Column("row", "int32", ""),
        Column("name", "string", "", nullable=True),
        Column("x", "float64", "", shape=(3,), nullable=True),
        Column("flag", "bool", "", shape=(2,)),
    ),
)


def table_columns() -> dict[str, object]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3))
    x[3, 1] = np.nan
    flag = rng.random((40, 2)) < 0.5
    return {"row": np.arange(40), "name": [None if r % 3 else f"n{r}" for r in range(40)], "x": x, "flag": flag}


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


PIXELS = np.random.default_rng(0).integers(0, 9, (20, 30)).astype(np.uint16)
SIDECAR = {"kind": "sidecar", "rule": "label", "inputs": {"a": "0"}, "facts": {"images": 8}, "host": {"host": "node-1"}}


def test_a_file_digest_is_sha256(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    assert file_sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_way_a_table_is_stored_does_not_count(tmp_path):
    write_table(tmp_path / "a.parquet", make_table(SCHEMA, table_columns()))
    stored = pq.read_table(tmp_path / "a.parquet")
    pq.write_table(stored, tmp_path / "b.parquet", compression="snappy", row_group_size=7, use_dictionary=False)
    assert (tmp_path / "a.parquet").read_bytes() != (tmp_path / "b.parquet").read_bytes()
    assert content_hash(tmp_path / "a.parquet") == content_hash(tmp_path / "b.parquet")


def change_number(columns):
    columns["x"][39, 2] = np.nextafter(columns["x"][39, 2], 9)


def change_nan(columns):
    columns["x"][3, 1] = 0


def change_text(columns):
    columns["name"][0] = "n00"


def change_none(columns):
    columns["name"][1] = "None"


def change_flag(columns):
    columns["flag"][7, 0] ^= True


@pytest.mark.parametrize("change", [change_number, change_nan, change_text, change_none, change_flag])
def test_one_changed_cell_of_a_table_counts(tmp_path, change):
    columns = table_columns()
    write_table(tmp_path / "a.parquet", make_table(SCHEMA, columns))
    change(columns)
    write_table(tmp_path / "b.parquet", make_table(SCHEMA, columns))
    assert content_hash(tmp_path / "a.parquet") != content_hash(tmp_path / "b.parquet")


def test_a_tables_unit_counts(tmp_path):
    hashes = set()
    for unit in ("m", "mm"):
        schema = Schema("t", "", ("x",), (Column("x", "float64", "", unit=unit),))
        write_table(tmp_path / "a.parquet", make_table(schema, {"x": [1.0]}))
        hashes.add(content_hash(tmp_path / "a.parquet"))
    assert len(hashes) == 2


def test_cells_of_other_kinds_are_hashed_by_value_not_by_address(tmp_path):
    for name in "ab":
        cells = pa.array([[1], [2, 3], None])
        pq.write_table(
            pa.table({"lists": cells, "dates": pa.array([1, 2, 3], pa.date32())}), tmp_path / f"{name}.parquet"
        )
    assert content_hash(tmp_path / "a.parquet") == content_hash(tmp_path / "b.parquet")
    pq.write_table(pa.table({"lists": pa.array([[1], [2, 4], None])}), tmp_path / "b.parquet")
    assert content_hash(tmp_path / "a.parquet") != content_hash(tmp_path / "b.parquet")


def test_the_compression_of_pixels_does_not_count_but_one_pixel_does(tmp_path):
    changed = PIXELS.copy()
    changed[7, 3] += 1
    for name, pixels, level in (("fast", PIXELS, 0), ("small", PIXELS, 9), ("changed", changed, 9)):
        (tmp_path / f"{name}.png").write_bytes(encode_png(pixels, level=level))
        with write_stored_zip(tmp_path / f"{name}.zip") as archive:
            archive.add("a/00.png", encode_png(pixels, level=level))
    for kind in ("png", "zip"):
        fast, small, other = (content_hash(tmp_path / f"{name}.{kind}") for name in ("fast", "small", "changed"))
        assert fast == small
        assert other != small


def test_shape_and_dtype_of_pixels_count(tmp_path):
    hashes = set()
    for number, pixels in enumerate(
        (np.zeros((4, 6), np.uint16), np.zeros((6, 4), np.uint16), np.zeros((4, 12), np.uint8))
    ):
        (tmp_path / f"{number}.png").write_bytes(encode_png(pixels))
        hashes.add(content_hash(tmp_path / f"{number}.png"))
    assert len(hashes) == 3


def test_names_of_members_count_but_their_order_and_packing_do_not(tmp_path):
    def write(name: str, members: list[str], compression: int) -> str:
        with zipfile.ZipFile(tmp_path / name, "w", compression) as archive:
            for member in members:
                archive.writestr(member, b"same" * 9)
        return content_hash(tmp_path / name)

    first = write("a.zip", ["x.bin", "y.bin"], zipfile.ZIP_STORED)
    assert write("b.zip", ["y.bin", "x.bin"], zipfile.ZIP_DEFLATED) == first
    assert write("c.zip", ["x.bin", "z.bin"], zipfile.ZIP_STORED) != first
    assert write("d.zip", ["x.bin"], zipfile.ZIP_STORED) != first


@pytest.mark.parametrize(
    ("suffix", "first", "same", "other"),
    [
        (
            ".npz",
            npz(a=np.arange(3), b=np.eye(2)),
            npz(b=np.eye(2), a=np.arange(3)),
            npz(a=np.arange(3), b=np.eye(2) * 2),
        ),
        (".npz", npz(a=np.arange(3)), npz(a=np.arange(3)), npz(a=np.arange(3.0))),
        (".npz", npz(a=np.zeros((2, 3))), npz(a=np.zeros((2, 3), order="F")), npz(a=np.zeros((3, 2)))),
        (".npz", npz(a=np.float64(1)), npz(a=np.float64(1)), npz(a=np.array([1.0]))),
        (".json", b'{"a": 1, "b": 2}', b'{"b":2,\n"a":1}', b'{"a": 2, "b": 1}'),
        (".json", b'{"a": 1}', b'{"a":1}', b'{"a": "1"}'),
        (".json", b"[[1], [2]]", b"[[1],[2]]", b"[[1, 2], []]"),
        (".txt", b"a\n", b"a\n", b"a"),
    ],
)
def test_decoded_content_is_what_counts(tmp_path, suffix, first, same, other):
    hashes = []
    for number, data in enumerate((first, same, other)):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(data)
        hashes.append(content_hash(path))
    assert hashes[0] == hashes[1] != hashes[2]


def test_pickles_count_by_their_arrays(tmp_path):
    def write(name: str, value: object) -> str:
        (tmp_path / name).write_bytes(dumps_compatible_pickle(value))
        return content_hash(tmp_path / name)

    item = [{"x": np.arange(3.0), "o": np.array([1, "a", None], dtype=object)}]
    shared = np.arange(3.0)
    assert write("a.pkl", item * 2) == write("b.pkl", [{"x": shared, "o": item[0]["o"].copy()} for _ in range(2)])
    assert write("a.pkl", item) != write("b.pkl", [item[0] | {"x": np.array([0, 1, 2.5])}])


def test_a_pickle_of_more_than_plain_data_counts_by_bytes_and_is_not_loaded(tmp_path):
    canary = tmp_path / "canary"
    for name, command in (("a", "true"), ("b", "true"), ("c", f"touch {canary}")):
        (tmp_path / f"{name}.pkl").write_bytes(b"cposix\nsystem\n(V" + command.encode() + b"\ntR.")
    hashes = [content_hash(tmp_path / f"{name}.pkl") for name in "abc"]
    assert hashes[0] == hashes[1] == file_sha256(tmp_path / "a.pkl") != hashes[2]
    assert not canary.exists()


def test_where_a_job_ran_does_not_count_but_what_it_did_does(tmp_path):
    def write(value: dict) -> str:
        (tmp_path / "a.json").write_text(json.dumps(value))
        return content_hash(tmp_path / "a.json")

    first = write(SIDECAR)
    assert write(SIDECAR | {"host": {"host": "node-2", "wall_s": 9}}) == first
    assert write(SIDECAR | {"facts": {"images": 9}}) != first
    # Only sidecars have such a part: another file's "host" is data.
    plain = {key: value for key, value in SIDECAR.items() if key != "kind"}
    assert write(plain) != write(plain | {"host": "node-2"})


@pytest.mark.parametrize("name", ["a.parquet", "a.zip", "a.png", "a.npz", "a.npy", "a.pkl", "a.json"])
@pytest.mark.parametrize("data", [b"", b"\x00\x01 damaged"])
def test_a_file_that_cannot_be_decoded_is_named(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=rf"{name}: expected a whole \.{name[2:]} file, found: "):
        content_hash(tmp_path / name)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.parquet"):
        content_hash(tmp_path / "gone.parquet")


def test_artifacts_are_listed_without_what_says_how_a_run_went(tmp_path):
    for name in (
        "data/b.txt",
        "data/a.txt",
        "data/logs/kept.txt",
        "report.html",
        "logs/x.log",
        "benchmarks/x.tsv",
        "audit/hashes.tsv",
        "server/shot.png",
        ".cache/x",
        ".partial/x",
        "data/.a.txt.partial-1",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert list(artifact_files(tmp_path)) == ["data/a.txt", "data/b.txt", "data/logs/kept.txt"]
    with pytest.raises(FileNotFoundError, match="gone: expected a results folder"):
        artifact_files(tmp_path / "gone")
