"""The commands: what they say, and how they end."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from occlusionkit.acquire.cli import app
from occlusionkit.acquire.manifest import write_manifest_tables


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str):
        return CliRunner().invoke(app, list(map(str, arguments)))

    return invoke


def test_datasets_lists_all_and_one_in_full(run):
    listed = run("datasets")
    assert listed.exit_code == 0
    assert len(listed.stdout.splitlines()) == 23  # and a prompt: one screen of 24 lines
    one = run("datasets", "occlusion_person").stdout
    assert "0 of 55 files are there" in one and "https://github.com/zhezh/occlusion_person" in one
    unknown = run("datasets", "occlusion_persom")
    assert unknown.exit_code == 2 and "unknown dataset 'occlusion_persom'" in unknown.stderr


def test_a_configuration_is_read_and_checked(run, tmp_path):
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"acquire": {"datasets": {"dtd": {"accept_terms": True}}}}))
    assert "occlusionkit acquire download dtd" in run("datasets", "dtd").stdout
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"acquire": {"datasets": {"dtt": {"accept_terms": True}}}}))
    assert "unknown datasets ['dtt']" in run("datasets").stderr.replace("\n", " ")


def test_verify_a_folder_against_a_list(run, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "x.zip.001").write_bytes(b"one")
    (tmp_path / "checksum.txt").write_text(f"{hashlib.md5(b'one').hexdigest()}  ./data/x.zip.001\n")
    assert run("verify", folder, "--checksums", "checksum.txt").exit_code == 0
    (folder / "x.zip.001").write_bytes(b"two")
    wrong = run("verify", folder, "--checksums", "checksum.txt")
    assert wrong.exit_code == 1
    assert "wrong    x.zip.001 has md5" in wrong.stdout


def test_verify_a_dataset_of_the_manifest(run, tmp_path, make_dataset):
    write_manifest_tables(tmp_path / "m", [make_dataset({"a.zip": b"x", "b.zip": b"y"}, source="manual")])
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.zip").write_bytes(b"x")
    section = {"manifests": ["m"], "datasets": {"toy": {"folder": "mine"}}}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"acquire": section}))
    done = run("verify", "toy")
    assert done.exit_code == 1
    assert done.stdout.split("\n")[:2] == ["ok           a.zip", "missing      b.zip"]
    assert "mine: 1 ok, 0 without a published hash, 1 missing, 0 wrong" in done.stdout


def test_pack_verify_and_extract_by_hand(run, tmp_path):
    (tmp_path / "src" / "d").mkdir(parents=True)
    (tmp_path / "src" / "d" / "f.bin").write_bytes(bytes(range(256)) * 50)
    assert "7 volumes" in run("pack", "src", "out", "--volume-mb", "0.002").stdout
    assert run("extract", "out/src.zip.003", "back").stdout == "back: 1 files, 12,800 bytes\n"
    assert (tmp_path / "back" / "d" / "f.bin").read_bytes() == bytes(range(256)) * 50


def test_extract_refuses_what_expands_too_far(run, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(3 << 20))
    refused = run("extract", "x.zip", "out", "--max-gib", "0.001")
    assert refused.exit_code == 1 and "expands to" in str(refused.exception)
    assert not (tmp_path / "out").exists()


def test_check_says_what_a_folder_holds(run, tmp_path, tiny_occlusion_person):
    done = run("check", "occlusion_person", tiny_occlusion_person.root)
    assert done.exit_code == 1 and "expected 7 actions, found 2" in str(done.exception)
    (tmp_path / "cmu").mkdir()
    for name in ("02.asf", "02_01.amc"):
        (tmp_path / "cmu" / name).write_bytes(b"x")
    assert run("check", "cmu_mocap", "cmu").stdout.split() == ["1", "motion", "motion", "1", "motion", "skeleton"]


def test_download_asks_for_terms_first(run, tmp_path):
    asked = run("download", "dtd")
    assert asked.exit_code == 1 and "accept_terms: true" in str(asked.exception)
    assert not Path(tmp_path / "results").exists()
