"""Lists of content hashes: what an audit finds in a results folder that was touched."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from occlusionkit.artifacts.tables import Column, Schema, make_table, write_table
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.audit.cli import app
from occlusionkit.audit.hashes import compare_hashes, hash_results, read_hashes, write_hashes
from occlusionkit.images import encode_png

INDEX = Schema("index", "", ("row",), (Column("row", "int32", ""), Column("x", "float64", "")))
PLAN = Schema("plan", "", ("instant",), (Column("instant", "int32", ""), Column("shard", "int32", "")))
PIXELS = np.arange(600, dtype=np.uint16).reshape(20, 30)


def sidecar(inputs: dict[str, str], wall_s: float = 1.0) -> str:
    parts = {"kind": "sidecar", "rule": "r", "inputs": inputs, "parameters": {}, "code": "c", "facts": {}}
    return json.dumps(parts | {"host": {"wall_s": wall_s}})


def make_results(root, *, shard_size: int = 2, wall_s: float = 1.0, level: int = 1):
    """A small results folder of four instants, cut into shards."""
    for folder in ("index", "captures/c", "data/d", "tables", "logs"):
        (root / folder).mkdir(parents=True)
    write_table(root / "index/d.parquet", make_table(INDEX, {"row": range(4), "x": np.arange(4) / 3}))
    write_table(
        root / "captures/c/plan.parquet", make_table(PLAN, {"instant": range(4), "shard": np.arange(4) // shard_size})
    )
    shards = range(4 // shard_size)
    for shard in shards:
        with write_stored_zip(root / f"captures/c/shard-{shard:04d}/depth.zip") as archive:
            for number in range(shard * shard_size, (shard + 1) * shard_size):
                archive.add(f"{number}.png", encode_png(PIXELS + number, level=level))
        (root / f"captures/c/shard-{shard:04d}/capture.json").write_text(sidecar({}, wall_s))
    with write_stored_zip(root / "data/d/depth.zip") as archive:
        for number in range(4):
            archive.add(f"{number}.png", encode_png(PIXELS + number, level=level))
    (root / "data/d/depth.json").write_text(sidecar({f"shard-{s:04d}/depth.zip": str(s) for s in shards}, wall_s))
    (root / "index/d.json").write_text(sidecar({"d/depth.zip": "0"}, wall_s))
    (root / "tables/rates.md").write_text("| 20.3% |\n")
    (root / "logs/run.log").write_text(f"took {wall_s} s\n")
    return root


def compare(first, second, **options):
    return compare_hashes(hash_results(first), hash_results(second), **options)


def test_an_honest_repeat_is_equal(tmp_path):
    first = make_results(tmp_path / "a")
    second = make_results(tmp_path / "b", wall_s=77.0, level=9)
    assert (first / "data/d/depth.zip").read_bytes() != (second / "data/d/depth.zip").read_bytes()
    difference = compare(first, second)
    assert difference.equal
    assert difference.same == len(hash_results(first)) == 10


def flip_byte_of_text(root):
    path = root / "tables/rates.md"
    path.write_text(path.read_text().replace("20.3", "20.4"))
    return "tables/rates.md"


def flip_pixel(root):
    with write_stored_zip(root / "data/d/depth.zip") as archive:
        for number in range(4):
            pixels = PIXELS + number
            pixels[3, 4] += number == 2
            archive.add(f"{number}.png", encode_png(pixels))
    return "data/d/depth.zip"


def change_row(root):
    table = make_table(INDEX, {"row": range(4), "x": [0, 1 / 3, 2 / 3, np.nextafter(1, 2)]})
    write_table(root / "index/d.parquet", table)
    return "index/d.parquet"


def change_what_a_job_did(root):
    (root / "index/d.json").write_text(sidecar({"d/depth.zip": "1"}))
    return "index/d.json"


@pytest.mark.parametrize("touch", [flip_byte_of_text, flip_pixel, change_row, change_what_a_job_did])
def test_one_changed_byte_pixel_row_or_input_is_found(tmp_path, touch):
    first, second = make_results(tmp_path / "a"), make_results(tmp_path / "b")
    name = touch(second)
    difference = compare(first, second)
    assert not difference.equal
    assert list(difference.altered) == [name]
    assert "expected " in difference.altered[name]
    assert (difference.missing, difference.extra) == ((), ())


@pytest.mark.parametrize("name", ["data/d/depth.zip", "index/d.parquet"])
def test_any_flipped_byte_of_the_file_is_found_or_changes_no_content(tmp_path, name):
    """A flip may leave a file undecodable: that is listed as altered, with the reason, and stops nothing."""
    first, second = make_results(tmp_path / "a"), make_results(tmp_path / "b")
    expected = hash_results(first)
    path = second / name
    whole, undecodable = path.read_bytes(), 0
    for at in range(60, len(whole) - 200, len(whole) // 9):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        difference = compare_hashes(expected, hash_results(second))
        if not difference.equal:
            assert list(difference.altered) == [name]
            undecodable += "expected a whole" in difference.altered[name]
    assert undecodable > 2


def test_missing_and_extra_artifacts_are_listed(tmp_path):
    first, second = make_results(tmp_path / "a"), make_results(tmp_path / "b")
    (second / "tables/rates.md").rename(second / "tables/new.md")
    (second / ".partial").mkdir()
    (second / ".partial/x").write_text("half done")
    difference = compare(first, second)
    assert difference.missing == ("tables/rates.md",)
    assert difference.extra == ("tables/new.md",)
    assert not difference.altered


def test_another_shard_size_differs_only_in_what_depends_on_it(tmp_path):
    first, second = make_results(tmp_path / "a", shard_size=2), make_results(tmp_path / "b", shard_size=1)
    assert not compare(first, second).equal
    difference = compare(first, second, ignore_sharding=True)
    assert difference.equal
    assert difference.same == 4  # index, its sidecar, depth.zip of the dataset, rates
    assert difference.left_out == 2 * 4 + 2  # zip and sidecar of four shards, the plan, the sidecar that names shards
    flip_pixel(second)
    assert list(compare(first, second, ignore_sharding=True).altered) == ["data/d/depth.zip"]


def test_a_list_is_a_round_trip_and_the_same_bytes_twice(tmp_path):
    root = make_results(tmp_path / "a")
    write_hashes(root, root / "audit/hashes.tsv")
    first = (root / "audit/hashes.tsv").read_bytes()
    assert read_hashes(root / "audit/hashes.tsv") == hash_results(root)
    write_hashes(root, root / "audit/hashes.tsv")
    assert (root / "audit/hashes.tsv").read_bytes() == first
    lines = first.decode().splitlines()
    assert lines[0] == "path\tcontent_hash\tper_shard"
    assert lines[1:] == sorted(lines[1:])


def test_no_list_is_written_of_damaged_artifacts(tmp_path):
    root = make_results(tmp_path / "a")
    (root / "index/d.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match=r"1 damaged artifacts: .*d\.parquet: expected a whole \.parquet"):
        write_hashes(root, tmp_path / "hashes.tsv")
    assert not (tmp_path / "hashes.tsv").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the columns path content_hash per_shard"),
        ("a,b\n", "expected the columns"),
        ("path\tcontent_hash\tper_shard\nx\tabc\tno\n", "line 2: expected path, 64 hex digits"),
        (f"path\tcontent_hash\tper_shard\nx\t{'0' * 64}\tmaybe\n", "line 2"),
        (
            f"path\tcontent_hash\tper_shard\n{2 * f'x{chr(9)}{64 * chr(48)}{chr(9)}no{chr(10)}'}",
            "line 3: x is listed twice",
        ),
    ],
)
def test_what_is_no_list_is_refused(tmp_path, text, message):
    (tmp_path / "hashes.tsv").write_text(text)
    with pytest.raises(ValueError, match=rf"hashes\.tsv.*{message}"):
        read_hashes(tmp_path / "hashes.tsv")
    with pytest.raises(FileNotFoundError, match=r"gone\.tsv"):
        read_hashes(tmp_path / "gone.tsv")


def test_the_commands_write_compare_and_say_so_by_exit_status(tmp_path):
    first, second = make_results(tmp_path / "a"), make_results(tmp_path / "b")
    runner = CliRunner()
    hashed = runner.invoke(app, ["hash", str(first)])
    assert hashed.exit_code == 0
    assert "10 artifacts" in hashed.output
    equal = runner.invoke(app, ["compare", str(first / "audit/hashes.tsv"), str(second)])
    assert (equal.exit_code, equal.output) == (0, "10 same, 0 missing, 0 altered, 0 extra, 0 left out\n")
    flip_pixel(second)
    shutil.rmtree(second / "tables")
    differing = runner.invoke(app, ["compare", str(first), str(second)])
    assert differing.exit_code == 1
    assert differing.output.splitlines()[0] == "missing  tables/rates.md"
    assert differing.output.splitlines()[1].startswith("altered  data/d/depth.zip  (expected ")
    wrong = runner.invoke(app, ["hash", str(tmp_path / "gone")])
    assert wrong.exit_code == 2
