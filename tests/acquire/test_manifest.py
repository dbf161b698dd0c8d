"""The manifest: what it must say about every dataset, and which rows are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from occlusionkit.acquire.manifest import BUILT_IN, read_manifest, write_manifest_tables
from occlusionkit.acquire.settings import Choice, Settings, read_settings

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "occlusion_person"


def test_every_dataset_of_the_five_papers_is_there():
    wanted = """occlusion_person cmu_mocap occluded_reid partial_reid p_dukemtmc_reid p_ethz coco2017 crowdpose ochuman
    ocpose celebamask_hq hands_11k dtd coco_occluders realocc realocc_wild cofw market1501 mpi_inf_3dhp mupots_3d
    muco_temp"""
    assert set(read_manifest()) == set(wanted.split())


def test_only_the_withdrawn_dataset_is_off_and_only_free_ones_need_no_terms():
    manifest = read_manifest()
    assert [d.name for d in manifest.values() if not d.enabled] == ["p_dukemtmc_reid"]
    assert "withdrawn" in manifest["p_dukemtmc_reid"].notice
    assert [d.name for d in manifest.values() if not d.restricted] == ["cmu_mocap"]


def test_what_a_person_must_fetch_comes_with_an_instruction():
    for dataset in read_manifest().values():
        assert dataset.scriptable or dataset.instructions, dataset.name


def test_occlusion_person_has_53_parts_in_order_with_distinct_hashes():
    parts = read_manifest()["occlusion_person"].archives["occlusion_person.zip"]
    assert [part.name for part in parts] == [f"occlusion_person.zip.{n:03d}" for n in range(1, 54)]
    assert len({part.md5 for part in parts}) == 53
    # From upstream's list, by eye.
    assert parts[30].md5 == "0114486fd7616df330314f1c73d2ebd7"


def test_occlusion_person_hashes_are_upstreams():
    if not PUBLISHED.is_dir():
        pytest.skip(f"upstream's lists are not at {PUBLISHED}")
    lines = [
        line.split()
        for name in ("checksum.txt", "extra_checksum.txt")
        for line in (PUBLISHED / name).read_text().splitlines()
    ]
    assert {f.name: f.md5 for f in read_manifest()["occlusion_person"].files} == {
        path.rsplit("/", 1)[-1]: md5 for md5, path in lines
    }


def test_volumes_past_999_keep_their_order(make_dataset):
    names = [f"a.zip.{n:03d}" for n in (1000, 2, 999, 1)]
    dataset = make_dataset(dict.fromkeys(names, b"x"), archive="a.zip")
    assert [f.name for f in dataset.archives["a.zip"]] == ["a.zip.001", "a.zip.002", "a.zip.999", "a.zip.1000"]


def test_written_tables_read_back_equal(tmp_path, make_dataset):
    dataset = make_dataset({"a,b.zip": b"x", "c.zip": b"yz"}, published=("sha256",), restricted=True)
    write_manifest_tables(tmp_path, [dataset])
    assert read_manifest([tmp_path])["toy"] == dataset
    assert set(read_manifest([tmp_path])) == {*read_manifest(), "toy"}


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("files", ",md5,", ",md6,", "expected the columns"),
        ("files", "9dd4e461268c8034f5c8564e155c67a6", "9dd4", "line 2, column md5: expected 32 hex digits"),
        ("files", ",1,", ",one,", "line 2, column bytes: expected a number"),
        ("files", ",extract,", ",explode,", "line 2, column action: expected one of"),
        ("files", ",http,", ",ftp,", "line 2, column source"),
        ("files", "toy,a.zip", "toy,../a.zip", "line 2, column name: expected a plain file name"),
        ("files", ",.\n", ",../up\n", "line 2, column target"),
        ("files", "toy,a.zip", "other,a.zip", "files of datasets that datasets.csv does not have|has no file"),
        ("datasets", ",yes,no,", ",maybe,no,", "column enabled: expected yes or no"),
        ("datasets", "{}", "{", "column counts: expected a JSON object"),
        ("datasets", "https://example.org/terms", "", "needs its licence"),
    ],
)
def test_a_row_that_does_not_fit_is_named(tmp_path, make_dataset, table, old, new, message):
    restricted = old.startswith("https")
    write_manifest_tables(tmp_path, [make_dataset({"a.zip": b"x"}, address="http://h", restricted=restricted)])
    path = tmp_path / f"{table}.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=message) as raised:
        read_manifest([tmp_path])
    assert f"{table}.csv" in str(raised.value) or "files.csv" in str(raised.value)


def test_reading_the_manifest_imports_nothing_heavy():
    code = "import sys, occlusionkit.acquire.manifest, occlusionkit.acquire.settings, occlusionkit.acquire.sources;"
    code += "print(sorted({'torch', 'numpy', 'pyarrow', 'requests', 'cv2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_settings_are_closed_to_unknown_keys():
    section = {"datasets": {"toy": {"accept_terms": True, "folder": "there"}}, "limits": {"ratio": 9.0}, "folder": None}
    settings = read_settings(section)
    assert settings.choice("toy") == Choice(accept_terms=True, folder=Path("there"))
    assert settings.choice("other") == Choice()
    assert (settings.limits.ratio, settings.folder) == (9.0, Settings().folder)
    for wrong in ({"retrys": 1}, {"datasets": {"toy": {"accept": True}}}, {"limits": {"gib": 1}}, {"local": "move"}):
        with pytest.raises(ValueError, match="acquire"):
            read_settings(wrong)


def test_the_built_in_tables_are_in_canonical_form(tmp_path):
    write_manifest_tables(tmp_path, list(read_manifest().values()))
    rows = {name: (BUILT_IN / name).read_text() for name in ("datasets.csv", "files.csv")}
    assert {name: (tmp_path / name).read_text() for name in rows} == rows


def test_the_documentation_names_every_dataset_and_setting():
    text = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text(encoding="utf-8")
    assert [name for name in read_manifest() if f"`{name}`" not in text] == []
    from dataclasses import fields

    assert [field.name for field in fields(Settings) if f"`{field.name}" not in text] == []
