"""Parts read as one stream, whatever the cuts; gaps, empty and odd parts named."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.acquire.volumes import Slice, VolumeError, Volumes, VolumeWriter, find_volumes


def cut(folder: Path, stem: str, data: bytes, size: int) -> list[Path]:
    """The parts of `data`, written by slicing: not by the code under test."""
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    for number, piece in enumerate(pieces, start=1):
        (folder / f"{stem}.{number:03d}").write_bytes(piece)
    return [folder / f"{stem}.{number:03d}" for number in range(1, len(pieces) + 1)]


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(min_size=1, max_size=200),
    size=st.integers(1, 70),
    steps=st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.integers(-50, 250), st.integers(0, 90)), max_size=12),
)
def test_volumes_behave_as_the_joined_file(tmp_path_factory, data, size, steps):
    parts = cut(tmp_path_factory.mktemp("cut"), "x", data, size)
    with Volumes(parts) as volumes:
        ours, joined = io.BufferedReader(volumes, 16), io.BytesIO(data)
        assert volumes.size == len(data)
        for whence, offset, count in steps:
            base = [0, joined.tell(), len(data)][whence]
            if base + offset >= 0:
                assert ours.seek(offset, whence) == joined.seek(offset, whence)
            assert ours.read(count) == joined.read(count)


@settings(max_examples=40, deadline=None)
@given(data=st.binary(min_size=1, max_size=150), size=st.integers(1, 60), blocks=st.lists(st.integers(1, 40)))
def test_written_volumes_are_the_cuts_of_the_stream(tmp_path_factory, data, size, blocks):
    folder = tmp_path_factory.mktemp("write")
    with VolumeWriter(folder, "x.zip", size) as writer:
        rest = data
        for block in [*blocks, len(data)]:
            writer.write(rest[:block])
            rest = rest[block:]
    assert [p.read_bytes() for p in writer.parts] == [data[i : i + size] for i in range(0, len(data), size)]
    assert find_volumes(folder / "x.zip") == tuple(writer.parts)


def test_a_stored_archive_inside_an_archive_is_a_stream_of_its_own(tmp_path):
    parts = cut(tmp_path, "x", b"....0123456789....", 5)
    with Volumes(parts) as volumes:
        inner = io.BufferedReader(Slice(volumes, 4, 10), 3)
        assert inner.read() == b"0123456789"
        inner.seek(-3, os.SEEK_END)
        assert inner.read(9) == b"789"


@pytest.mark.parametrize("absent", [1, 2, 3])
def test_a_missing_volume_is_named_where_it_can_be_seen(tmp_path, absent):
    parts = cut(tmp_path, "d.zip", b"0123456789" * 4, 10)
    parts[absent - 1].unlink()
    with pytest.raises(VolumeError, match=rf"missing 1 of 4 volumes: d\.zip\.00{absent}"):
        find_volumes(tmp_path / "d.zip.004")


def test_an_empty_volume_is_named(tmp_path):
    parts = cut(tmp_path, "d.zip", b"0123456789" * 3, 10)
    parts[1].write_bytes(b"")
    with pytest.raises(VolumeError, match=r"d\.zip\.002: is empty"):
        find_volumes(parts[0])


def test_a_short_volume_is_named(tmp_path):
    parts = cut(tmp_path, "d.zip", b"0123456789" * 3, 10)
    parts[1].write_bytes(b"0123")
    with pytest.raises(VolumeError, match=r"d\.zip\.002: has 4 bytes where the first volume has 10"):
        find_volumes(parts[0])


def test_a_plain_file_is_its_own_only_part(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"x")
    assert find_volumes(tmp_path / "a.zip") == (tmp_path / "a.zip",)
    with pytest.raises(VolumeError, match="found none"):
        find_volumes(tmp_path / "b.zip")


def test_parts_past_one_gigabyte_of_offsets_are_reached(tmp_path):
    # Sparse files: the offsets are real, the disk is not used.
    parts = [tmp_path / f"big.zip.{number:03d}" for number in (1, 2, 3, 4, 5)]
    for part in parts:
        with part.open("wb") as file:
            file.truncate(1 << 30)
    with parts[4].open("r+b") as file:
        file.seek((1 << 30) - 4)
        file.write(b"last")
    with Volumes(parts) as volumes:
        assert volumes.read_at((5 << 30) - 4, 9) == b"last"


def test_zipfile_reads_a_zip_over_cuts(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", "hello " * 100)
    with Volumes(cut(tmp_path, "x.zip", buffer.getvalue(), 7)) as volumes:
        archive = zipfile.ZipFile(io.BufferedReader(volumes))
        assert archive.read("a/b.txt") == b"hello " * 100
