"""Stored zips: same members, same bytes; damage and double names are found."""

from __future__ import annotations

import zipfile

import pytest

from occlusionkit.artifacts.zips import StoredZip, merge_stored_zips, write_stored_zip

MEMBERS = {"b/00_000000.png": b"second" * 50, "a/00_000000.png": b"first" * 40, "c.png": b""}


def write(path, members=MEMBERS):
    with write_stored_zip(path) as archive:
        for name, data in members.items():
            archive.add(name, data)
    return path


def test_members_are_read_back_and_stored_without_compression(tmp_path):
    path = write(tmp_path / "a.zip")
    with StoredZip(path) as archive:
        assert archive.names == tuple(MEMBERS)
        assert {name: archive.read(name) for name in archive.names} == MEMBERS
    with zipfile.ZipFile(path) as plain:
        assert {info.compress_type for info in plain.infolist()} == {zipfile.ZIP_STORED}
        assert plain.testzip() is None


def test_two_writes_give_the_same_bytes(tmp_path, monkeypatch):
    first = write(tmp_path / "a.zip").read_bytes()
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert write(tmp_path / "b.zip").read_bytes() == first


def test_a_name_twice_is_refused_and_leaves_no_file(tmp_path):
    with (
        pytest.raises(ValueError, match=r"member 'x\.png' added twice"),
        write_stored_zip(tmp_path / "a.zip") as archive,
    ):
        archive.add("x.png", b"1")
        archive.add("x.png", b"2")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_zip_that_holds_a_name_twice_is_refused(tmp_path):
    path = tmp_path / "foreign.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.png", "x.png", "x.png"):
            archive.writestr(name, name)
    with pytest.raises(ValueError, match=r"foreign\.zip: expected every member once, found 'x\.png' twice"):
        StoredZip(path)


@pytest.mark.parametrize("keep", [0, 10, 200, -1])
def test_a_zip_cut_short_is_refused_by_name(tmp_path, keep):
    path = write(tmp_path / "depth.zip")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"depth\.zip: expected a whole zip, found: .*; delete it and run again"):
        StoredZip(path)


def test_a_flipped_byte_is_found_when_its_member_is_read(tmp_path):
    path = write(tmp_path / "depth.zip")
    data = bytearray(path.read_bytes())
    data[data.index(b"second") + 100] ^= 1
    path.write_bytes(data)
    with StoredZip(path) as archive:
        assert archive.read("a/00_000000.png") == MEMBERS["a/00_000000.png"]
        with pytest.raises(ValueError, match=r"depth\.zip\[b/00_000000\.png\]: cannot read this member: Bad CRC"):
            archive.read("b/00_000000.png")


def test_a_missing_zip_and_a_missing_member_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.zip: expected a zip, found no file"):
        StoredZip(tmp_path / "gone.zip")
    with (
        StoredZip(write(tmp_path / "a.zip")) as archive,
        pytest.raises(KeyError, match=r"has no member 'd\.png' \(3 mem"),
    ):
        archive.read("d.png")


def test_merging_sorts_members_over_all_sources(tmp_path):
    parts = [write(tmp_path / "0.zip", {"z.png": b"0", "b.png": b"1"}), write(tmp_path / "1.zip", {"a.png": b"2"})]
    assert merge_stored_zips(parts, tmp_path / "all.zip", prefix="images/") == 3
    with StoredZip(tmp_path / "all.zip") as archive:
        assert archive.names == ("images/a.png", "images/b.png", "images/z.png")
        assert [archive.read(name) for name in archive.names] == [b"2", b"1", b"0"]


def test_merging_is_the_same_for_any_cut_into_sources(tmp_path):
    names = [f"{number:02d}.png" for number in range(7)]
    merged = set()
    for size in (1, 3, 7):
        parts = [
            write(tmp_path / f"{size}-{at}.zip", {name: name.encode() for name in names[at : at + size]})
            for at in range(0, 7, size)
        ]
        merge_stored_zips(parts, tmp_path / f"{size}.zip")
        merged.add((tmp_path / f"{size}.zip").read_bytes())
    assert len(merged) == 1


def test_merging_refuses_a_name_in_two_sources(tmp_path):
    parts = [write(tmp_path / name, {"a.png": name.encode()}) for name in ("0.zip", "1.zip")]
    with pytest.raises(ValueError, match=r"member 'a\.png' added twice"):
        merge_stored_zips(parts, tmp_path / "all.zip")
    assert not (tmp_path / "all.zip").exists()


def test_merging_refuses_a_damaged_source_and_leaves_no_file(tmp_path):
    whole, cut = write(tmp_path / "0.zip"), write(tmp_path / "1.zip", {"d.png": b"x" * 999})
    cut.write_bytes(cut.read_bytes()[:500])
    with pytest.raises(ValueError, match=r"1\.zip: expected a whole zip"):
        merge_stored_zips([whole, cut], tmp_path / "all.zip")
    assert not (tmp_path / "all.zip").exists()
