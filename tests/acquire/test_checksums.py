"""Checksum lists as upstream writes them, hashes, and what is said about each file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from occlusionkit.acquire import checksums
from occlusionkit.acquire.checksums import (
    cached_digest,
    compare_folder,
    copy_hashed,
    expected_from_list,
    hash_file,
    parse_checksums,
    read_checksums,
    verify_file,
)

A, B = hashlib.md5(b"a").hexdigest(), hashlib.md5(b"b").hexdigest()
PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "occlusion_person" / "checksum.txt"


@pytest.mark.parametrize(
    "text",
    [
        f"{B}  ./data/x.002\n{A}  ./data/x.001\n",
        f"{B}  ./data/x.002\r\n{A}  ./data/x.001\r\n",
        f"\ufeff{A} *x.001\n\n# a comment\n{B}\t.\\data\\x.002",
        f"MD5 (x.001) = {A.upper()}\nMD5 (data/x.002) = {B}\n",
    ],
    ids=["upstream", "crlf", "bom-binary-tab-backslash", "bsd"],
)
def test_lists_are_read_in_any_dress(text):
    assert parse_checksums(text, where="list") == {"x.001": A, "x.002": B}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{A}  x\nnonsense\n", "list, line 2: expected `<md5 or sha256>  <file>`, found 'nonsense'"),
        (f"{A[:-1]}  x\n", "line 1"),
        (f"{A}  d/x\n{B}  e/x\n", "line 2: x stands there with two different hashes"),
        ("", "found no line"),
        ("<html>", "line 1"),
    ],
)
def test_what_is_no_list_is_refused_by_line(text, message):
    with pytest.raises(ValueError, match=message):
        parse_checksums(text, where="list")


def test_upstreams_own_list_is_read():
    if not PUBLISHED.is_file():
        pytest.skip(f"upstream's list is not at {PUBLISHED}")
    found = read_checksums(PUBLISHED)
    assert sorted(found) == [f"occlusion_person.zip.{n:03d}" for n in range(1, 54)]


@pytest.mark.parametrize("size", [0, 1, checksums.BLOCK - 1, checksums.BLOCK, 2 * checksums.BLOCK + 5])
def test_hashes_are_hashlibs_whatever_the_size(tmp_path, size):
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (tmp_path / "f").write_bytes(data)
    expected = checksums.Digest(size, hashlib.md5(data).hexdigest(), hashlib.sha256(data).hexdigest())
    assert hash_file(tmp_path / "f") == expected
    assert copy_hashed(tmp_path / "f", tmp_path / "g") == expected
    assert (tmp_path / "g").read_bytes() == data


def test_a_folder_is_compared_by_name(tmp_path, make_dataset):
    parts = {"p.001": b"one", "p.002": b"two", "p.003": b"three", "p.004": b"four", "p.005": b"five"}
    dataset = make_dataset(parts, published=("md5",))
    (tmp_path / "p.001").write_bytes(b"one")
    (tmp_path / "p.002").write_bytes(b"three")
    (tmp_path / "p.003").write_bytes(b"thrEe")
    (tmp_path / "p.005").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"mine")
    (tmp_path / ".hidden").write_bytes(b"no matter")
    report = compare_folder(tmp_path, {file.name: file for file in dataset.files})
    assert (report.ok, report.missing, report.extra) == (("p.001",), ("p.004",), ("notes.txt",))
    assert report.wrong["p.002"].endswith("these are the bytes of p.003")
    assert report.wrong["p.003"].endswith("(damaged, or of another release)")
    assert report.wrong["p.005"] == "is empty (0 bytes)"
    assert not report.complete
    assert report.lines()[-1] == "1 ok, 0 without a published hash, 1 missing, 3 wrong, 1 extra"


def test_sizes_are_checked_before_hashes_and_said(tmp_path, make_dataset):
    dataset = make_dataset({"p.001": b"whole"}, published=("bytes", "md5"))
    (tmp_path / "p.001").write_bytes(b"who")
    report = compare_folder(tmp_path, {"p.001": dataset.files[0]})
    assert report.wrong["p.001"] == "has 3 bytes, expected 5 (cut short?)"


def test_without_a_published_hash_a_file_is_never_called_ok(tmp_path, make_dataset):
    dataset = make_dataset({"p": b"x"}, published=())
    (tmp_path / "p").write_bytes(b"anything")
    report = compare_folder(tmp_path, {"p": dataset.files[0]})
    assert (report.ok, report.unpublished, report.complete) == ((), ("p",), True)


def test_a_checksum_list_alone_is_enough(tmp_path):
    (tmp_path / "x.001").write_bytes(b"a")
    assert compare_folder(tmp_path, expected_from_list({"x.001": A}, "any")).ok == ("x.001",)


def test_recorded_hashes_hold_until_size_or_time_change(tmp_path, make_dataset):
    dataset = make_dataset({"p": b"data"})
    path, record = tmp_path / "p", tmp_path / "p.parquet"
    path.write_bytes(b"data")
    table = verify_file(dataset, dataset.files[0], path, record)
    assert (table["verdict"][0], table["problem"][0]) == ("ok", None)
    assert cached_digest(record, path) == hash_file(path)
    path.write_bytes(b"dat4")
    os.utime(path, ns=(0, int(table["mtime_ns"][0]) + 1))
    assert cached_digest(record, path) is None
    again = verify_file(dataset, dataset.files[0], path, record, caches=[record])
    assert again["verdict"][0] == "wrong"


def test_a_recorded_hash_is_used_instead_of_reading(tmp_path, make_dataset, monkeypatch):
    dataset = make_dataset({"p": b"data"})
    path, record = tmp_path / "p", tmp_path / "p.parquet"
    path.write_bytes(b"data")
    verify_file(dataset, dataset.files[0], path, record)
    monkeypatch.setattr(checksums, "hash_file", lambda *_, **__: pytest.fail("read again"))
    assert verify_file(dataset, dataset.files[0], path, tmp_path / "q.parquet", caches=[record])["verdict"][0] == "ok"


def test_a_missing_part_is_an_error(tmp_path, make_dataset):
    dataset = make_dataset({"p": b"data"})
    with pytest.raises(FileNotFoundError, match="p: missing part of Toy"):
        verify_file(dataset, dataset.files[0], tmp_path / "p", tmp_path / "p.parquet")
