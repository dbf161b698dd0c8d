"""Unpacking: every format gives the same files; anything wrong ends with one message and nothing in the target."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import stat
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.acquire import staging as staging_module
from occlusionkit.acquire import tools, writer
from occlusionkit.acquire.checksums import expected_from_list
from occlusionkit.acquire.extract import archive_format, extract_archive, staging_for
from occlusionkit.acquire.gate import WrongPartError
from occlusionkit.acquire.members import ArchiveRefusedError, DamagedArchiveError
from occlusionkit.acquire.pack import pack_volumes
from occlusionkit.acquire.settings import Limits
from occlusionkit.acquire.staging import ConflictError
from occlusionkit.acquire.volumes import VolumeError

RNG = np.random.default_rng(3)
FILES = {
    "images/a/0001.jpg": RNG.bytes(50_000),
    "images/a/0002.jpg": RNG.bytes(30_001),
    "images/Größe/日本.png": RNG.bytes(777),
    "annot/list.txt": b"line\n" * 5000,
    "empty.txt": b"",
}
NEEDS_7Z = pytest.mark.skipif(tools.seven_zip_command() is None, reason="the 7z command is not installed")


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _tar(files: dict[str, bytes], mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def _seven_zip(files: dict[str, bytes]) -> bytes:
    import py7zr

    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]) as archive:
        for name, data in files.items():
            archive.writef(io.BytesIO(data), name)
    return buffer.getvalue()


def _volumes(folder: Path, stem: str, data: bytes, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    size = -(-len(data) // count)
    for number in range(count):
        (folder / f"{stem}.{number + 1:03d}").write_bytes(data[number * size : (number + 1) * size])
    return sorted(folder.glob(f"{stem}.*"))


def _found(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def _md5s(parts: list[Path]) -> dict:
    return expected_from_list({p.name: hashlib.md5(p.read_bytes()).hexdigest() for p in parts}, "toy")


@pytest.fixture
def unpack(tmp_path):
    """unpack(parts, **options) -> files of the target; the target is tmp/out, the staging folder below tmp."""

    def run(parts: list[Path], **options) -> dict[str, bytes]:
        extract_archive(parts, tmp_path / "out", staging_for(parts, "toy", "archive", tmp_path), **options)
        return _found(tmp_path / "out")

    return run


def _nothing_came(tmp_path: Path) -> bool:
    return not (tmp_path / "out").exists() or not _found(tmp_path / "out")


BYTES_OF = {
    "x.zip": lambda: _zip(FILES),
    "deflated.zip": lambda: _zip(FILES, zipfile.ZIP_DEFLATED),
    "bzip2.zip": lambda: _zip(FILES, zipfile.ZIP_BZIP2),
    "lzma.zip": lambda: _zip(FILES, zipfile.ZIP_LZMA),
    "x.tar": lambda: _tar(FILES, "w"),
    "x.tar.gz": lambda: _tar(FILES, "w:gz"),
    "x.tar.bz2": lambda: _tar(FILES, "w:bz2"),
    "x.tar.xz": lambda: _tar(FILES, "w:xz"),
    "x.7z": lambda: _seven_zip(FILES),
}


@pytest.mark.parametrize("volumes", [1, 3])
@pytest.mark.parametrize("name", BYTES_OF)
@pytest.mark.parametrize("command", [True, False], ids=["tools", "no-tools"])
def test_every_format_gives_the_same_files(tmp_path, unpack, monkeypatch, name, volumes, command):
    if name == "x.7z" and command and tools.seven_zip_command() is None:
        pytest.skip("the 7z command is not installed")
    if not command:
        monkeypatch.setattr(tools.shutil, "which", lambda _: None)
    parts = _volumes(tmp_path / "in", name, BYTES_OF[name](), volumes)
    if volumes == 1:
        parts = [parts[0].rename(tmp_path / "in" / name)]
    assert unpack(parts) == FILES


# A plain tar has no checksum of its data: only published hashes see these.
UNSEEN_WITHOUT_HASHES = {("x.tar", "flip"), ("x.tar", "other")}


@pytest.mark.parametrize("name", ["x.zip", "deflated.zip", "x.tar", "x.tar.gz", "x.tar.xz", "x.7z"])
@pytest.mark.parametrize("harm", ["missing-first", "missing-middle", "missing-last", "cut", "flip", "empty", "other"])
def test_a_harmed_volume_leaves_nothing_and_is_named(tmp_path, unpack, name, harm):
    parts = _volumes(tmp_path / "in", name, BYTES_OF[name](), 4)
    published = _md5s(parts)
    harmed = {"missing-first": parts[0], "missing-middle": parts[1], "missing-last": parts[3]}.get(harm, parts[2])
    data = bytearray(harmed.read_bytes())
    if harm.startswith("missing"):
        harmed.unlink()
        parts.remove(harmed)
    elif harm == "cut":
        harmed.write_bytes(data[: len(data) // 2])
    elif harm == "empty":
        harmed.write_bytes(b"")
    elif harm == "other":
        harmed.write_bytes(RNG.bytes(len(data)))
    else:
        data[len(data) // 2] ^= 1
        harmed.write_bytes(data)
    if (name, harm) not in UNSEEN_WITHOUT_HASHES:
        with pytest.raises((VolumeError, DamagedArchiveError)):
            unpack(parts)
        assert _nothing_came(tmp_path)
    with pytest.raises((VolumeError, WrongPartError), match=harmed.name.replace(".", r"\.")):
        unpack(parts, published=published)
    assert _nothing_came(tmp_path)


def test_wrong_parts_are_all_named_at_once(tmp_path, unpack):
    parts = _volumes(tmp_path / "in", "x.zip", _zip(FILES), 5)
    published = _md5s(parts)
    for index in (1, 3):
        data = bytearray(parts[index].read_bytes())
        data[0] ^= 255
        parts[index].write_bytes(data)
    with pytest.raises(WrongPartError, match=r"2 of 5 parts are wrong: x\.zip\.002 .*x\.zip\.004"):
        unpack(parts, published=published)


def test_parts_of_two_releases_are_told_apart(tmp_path, unpack):
    first = _volumes(tmp_path / "in", "x.zip", _zip(FILES), 3)
    second = _volumes(tmp_path / "other", "x.zip", _zip({**FILES, "images/a/0001.jpg": RNG.bytes(50_000)}), 3)
    published = _md5s(first)
    shutil.copy(second[0], first[0])
    with pytest.raises(WrongPartError, match=r"x\.zip\.001 .*of another release"):
        unpack(first, published=published)
    with pytest.raises(DamagedArchiveError):
        unpack(first)
    assert _nothing_came(tmp_path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../../x", "climbs out"),
        ("a/../../x", "climbs out"),
        ("..\\..\\x", "climbs out"),
        ("/etc/x", "absolute"),
        ("C:\\x", "absolute"),
        ("a/\nb", "control characters"),
        ("a" * 256, "longer than 255 bytes"),
    ],
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_leave_the_folder_are_refused(tmp_path, unpack, kind, name, message):
    data = (_zip if kind == "zip" else lambda f: _tar(f, "w"))({"ok.txt": b"fine", name: b"bad"})
    (tmp_path / f"x.{kind}").write_bytes(data)
    with pytest.raises(ArchiveRefusedError, match=message):
        unpack([tmp_path / f"x.{kind}"])
    assert _nothing_came(tmp_path)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a.jpg", "a.jpg"], "is there 2 times"),
        (["a.jpg", "A.jpg"], "differ only in case"),
        (["gr\u00f6.jpg", "gro\u0308.jpg"], "Unicode form"),
        (["a", "a/b"], "a file or link and a folder"),
        (["d/a.jpg", "d//a.jpg"], "is there 2 times"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_clash_are_refused(tmp_path, unpack, names, message):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    (tmp_path / "x.zip").write_bytes(buffer.getvalue())
    with pytest.raises(ArchiveRefusedError, match=message):
        unpack([tmp_path / "x.zip"])


def _with_link(kind: str, name: str, target: str, extra: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w") as archive:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
            for other, data in extra.items():
                archive.writestr(other, data)
    else:
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
            for other, data in extra.items():
                info = tarfile.TarInfo(other)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("target", ["/etc/passwd", "../up", "a/../../up", ""])
def test_links_out_are_refused(tmp_path, unpack, kind, target):
    (tmp_path / "x").write_bytes(_with_link(kind, "d", target, {"f": b"x"}))
    with pytest.raises(ArchiveRefusedError, match="links out"):
        unpack([tmp_path / "x"])


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_nothing_is_written_through_a_link(tmp_path, unpack, kind):
    (tmp_path / "x").write_bytes(_with_link(kind, "d", "elsewhere", {"d/f": b"x"}))
    with pytest.raises(ArchiveRefusedError, match="a file or link and a folder"):
        unpack([tmp_path / "x"])


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_links_inside_stay_links(tmp_path, unpack, kind):
    (tmp_path / "x").write_bytes(_with_link(kind, "d/l.txt", "../real.txt", {"real.txt": b"here"}))
    unpack([tmp_path / "x"])
    assert (tmp_path / "out" / "d" / "l.txt").readlink() == Path("../real.txt")
    assert (tmp_path / "out" / "d" / "l.txt").read_bytes() == b"here"


def test_hard_links_and_devices_are_refused(tmp_path, unpack):
    for type_ in (tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            info = tarfile.TarInfo("odd")
            info.type, info.linkname = type_, "ok"
            archive.addfile(info)
        (tmp_path / "x.tar").write_bytes(buffer.getvalue())
        with pytest.raises(ArchiveRefusedError, match="neither file, folder nor link"):
            unpack([tmp_path / "x.tar"])


def _bomb(declared: int) -> bytes:
    """A zip whose only member is 10 GB of zeros (deflated in 10 MB), with `declared` as the size it gives."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = bytes(1 << 20)
    packed = b"".join(squeeze.compress(chunk) for _ in range(64)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    # The full flush makes the compressed run repeatable: 150 copies are 9.6 GB.
    body = packed * 150 + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    name = b"zeros.bin"
    extra = struct.pack("<HHQQ", 1, 16, declared, len(body))
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 8, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra))
    central = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 8, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0
    )
    front = local + name + extra + body
    listing = central + name + extra
    return front + listing + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(listing), len(front), 0)


def test_a_bomb_is_refused_by_its_list(tmp_path, unpack):
    (tmp_path / "bomb.zip").write_bytes(_bomb(10 << 30))
    assert (tmp_path / "bomb.zip").stat().st_size < 20 << 20
    with pytest.raises(ArchiveRefusedError, match=r"more than 200 times: a bomb\?"):
        unpack([tmp_path / "bomb.zip"])
    with pytest.raises(ArchiveRefusedError, match=r"expands to 10\.0 GiB, the limit is 1 GiB"):
        unpack([tmp_path / "bomb.zip"], limits=Limits(total_gib=1.0))


def test_a_bomb_that_lies_about_its_size_stops_at_the_size_it_gave(tmp_path, unpack):
    (tmp_path / "bomb.zip").write_bytes(_bomb(5_000_000))
    with pytest.raises(DamagedArchiveError, match="expands beyond the 5,000,000 bytes"):
        unpack([tmp_path / "bomb.zip"])
    written = sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file() and p.name != "bomb.zip")
    assert written <= 5_000_000


def test_members_that_share_bytes_are_refused(tmp_path, unpack):
    data = bytearray(_zip({"a": RNG.bytes(1000), "b": b"y"}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.start_dir
    # The list says that `b` has 100,000 packed bytes.
    second = data.index(b"PK\1\2", place + 4)
    struct.pack_into("<II", data, second + 20, 100_000, 100_000)
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(ArchiveRefusedError, match=r"packed bytes of .* a bomb"):
        unpack([tmp_path / "x.zip"])


def test_too_many_members_are_refused(tmp_path, unpack):
    (tmp_path / "x.zip").write_bytes(_zip(FILES))
    with pytest.raises(ArchiveRefusedError, match="has 5 members, the limit is 4"):
        unpack([tmp_path / "x.zip"], limits=Limits(members=4))


@pytest.mark.slow
def test_seventy_thousand_members(tmp_path, unpack):
    files = {f"d{n % 50:02d}/{n:06d}.txt": b"%d" % n for n in range(70_000)}
    (tmp_path / "x.zip").write_bytes(_zip(files))
    extract_archive([tmp_path / "x.zip"], tmp_path / "out", staging_for([tmp_path / "x.zip"], "toy", "x", tmp_path))
    assert sum(len(names) for _, _, names in os.walk(tmp_path / "out")) == 70_000
    assert (tmp_path / "out" / "d49" / "069999.txt").read_bytes() == b"69999"


def test_windows_separators_make_folders(tmp_path, unpack):
    (tmp_path / "x.zip").write_bytes(_zip({"d\\e\\f.txt": b"x"}))
    assert unpack([tmp_path / "x.zip"]) == {"d/e/f.txt": b"x"}


def test_deflate64_is_read(tmp_path, unpack):
    # Method 9 with data that plain deflate could have written too: a stored block, then a fixed-Huffman one by zlib
    # for short matches, which both methods code alike.
    text = b"occluded " * 20
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    stored = zlib.compressobj(0, zlib.DEFLATED, -15)
    body = (
        stored.compress(text[:50]) + stored.flush(zlib.Z_FULL_FLUSH) + squeeze.compress(text[50:60]) + squeeze.flush()
    )
    data, crc = text[:60], zlib.crc32(text[:60])
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 21, 0, 9, 0, 0, crc, len(body), len(data), 1, 0)
    central = struct.pack("<4s6H3I5H2I", b"PK\1\2", 21, 21, 0, 9, 0, 0, crc, len(body), len(data), 1, 0, 0, 0, 0, 0, 0)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(central) + 1, len(local) + 1 + len(body), 0)
    (tmp_path / "x.zip").write_bytes(local + b"f" + body + central + b"f" + end)
    assert unpack([tmp_path / "x.zip"]) == {"f": data}


@NEEDS_7Z
def test_deflate64_by_the_seven_zip_command(tmp_path, unpack):
    (tmp_path / "f.txt").write_bytes(FILES["annot/list.txt"] * 40)
    command = [tools.seven_zip_command(), "a", "-mm=Deflate64", str(tmp_path / "x.zip"), str(tmp_path / "f.txt")]
    subprocess.run(command, check=True, capture_output=True)
    assert unpack([tmp_path / "x.zip"]) == {"f.txt": FILES["annot/list.txt"] * 40}


@pytest.mark.skipif(shutil.which("zip") is None, reason="the zip command is not installed")
def test_spanned_zips_go_to_the_seven_zip_command_or_ask_for_it(tmp_path, unpack):
    (tmp_path / "big.bin").write_bytes(RNG.bytes(200_000))
    subprocess.run(["zip", "-q", "-0", "-s", "64k", "s.zip", "big.bin"], cwd=tmp_path, check=True)
    assert archive_format([tmp_path / "s.zip"]) == "spanned"
    if tools.seven_zip_command() is None:
        with pytest.raises(tools.ToolMissingError, match="apt install p7zip-full"):
            unpack([tmp_path / "s.zip"])
    else:
        assert unpack([tmp_path / "s.zip"]) == {"big.bin": (tmp_path / "big.bin").read_bytes()}


def test_rar_goes_to_bsdtar_or_asks_for_it(tmp_path, unpack, monkeypatch):
    (tmp_path / "x.rar").write_bytes(b"Rar!\x1a\x07\x01\x00")
    (tmp_path / "inside.tar").write_bytes(_tar(FILES, "w"))
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(tools.ToolMissingError, match="apt install libarchive-tools"):
        unpack([tmp_path / "x.rar"])
    # A stand-in that answers both calls with a tar, as bsdtar does for a rar.
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "bsdtar"
    fake.write_text(
        f'#!/bin/sh\nif [ "$1" = -cf ]; then cat {tmp_path}/inside.tar; '
        f'else tar -xf {tmp_path}/inside.tar -C "$4"; fi\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    assert unpack([tmp_path / "x.rar"]) == FILES
    (tmp_path / "inside.tar").write_bytes(_tar({"../x": b""}, "w"))
    (tmp_path / "x.rar").write_bytes(b"Rar!\x1a\x07\x01\x00 ")
    with pytest.raises(ArchiveRefusedError, match="climbs out"):
        unpack([tmp_path / "x.rar"])


def test_what_is_no_archive_is_said(tmp_path, unpack):
    for data, message in ((b"<html>", "a web page"), (b"GIF89a", "begins with b'GIF89a'"), (b"", "is empty")):
        (tmp_path / "x.zip").write_bytes(data)
        with pytest.raises((DamagedArchiveError, VolumeError), match=message):
            unpack([tmp_path / "x.zip"])


def test_an_encrypted_zip_is_refused(tmp_path, unpack):
    data = bytearray(_zip({"a": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DamagedArchiveError, match="1 members are encrypted"):
        unpack([tmp_path / "x.zip"])


def test_a_full_disk_is_seen_before_the_first_byte(tmp_path, unpack, monkeypatch):
    (tmp_path / "x.zip").write_bytes(_zip(FILES))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(staging_module.shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    with pytest.raises(OSError, match="needs 105,778 bytes more") as raised:
        unpack([tmp_path / "x.zip"])
    assert raised.value.errno == errno.ENOSPC
    assert _nothing_came(tmp_path)


def test_a_disk_that_fills_up_is_continued_later(tmp_path, unpack, monkeypatch):
    (tmp_path / "x.zip").write_bytes(_zip(FILES))
    real, calls = writer.zlib.crc32, []

    class Full:
        @staticmethod
        def crc32(block, crc):
            calls.append(len(block))
            if len(calls) == 2:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(block, crc)

    monkeypatch.setattr(writer, "zlib", Full)
    with pytest.raises(OSError, match="free some space and run again"):
        unpack([tmp_path / "x.zip"])
    assert _nothing_came(tmp_path)
    assert unpack([tmp_path / "x.zip"]) == FILES
    assert len(calls) == 5  # the first member was not unpacked twice (and one of five is empty)


def test_a_second_archive_may_add_to_a_folder_but_not_change_it(tmp_path):
    def add(name: str, files: dict[str, bytes]) -> None:
        (tmp_path / name).write_bytes(_zip(files))
        extract_archive([tmp_path / name], tmp_path / "out", staging_for([tmp_path / name], "toy", name, tmp_path))

    add("a.zip", {"d/one": b"1", "d/e/two": b"22"})
    add("b.zip", {"d/three": b"333", "d/e/two": b"22"})
    assert _found(tmp_path / "out") == {"d/one": b"1", "d/e/two": b"22", "d/three": b"333"}
    with pytest.raises(ConflictError, match="d/one is there already and differs"):
        add("c.zip", {"d/one": b"other"})


def test_a_published_member_hash_is_checked(tmp_path, unpack):
    (tmp_path / "x.zip").write_bytes(_zip({"images.zip": b"bytes"}))
    right, wrong = (expected_from_list({"images.zip": hashlib.md5(d).hexdigest()}, "t") for d in (b"bytes", b"other"))
    with pytest.raises(DamagedArchiveError, match=r"\[images\.zip\]: has md5"):
        unpack([tmp_path / "x.zip"], published_members=wrong)
    with pytest.raises(DamagedArchiveError, match=r"expected .'gone\.zip'. in it"):
        unpack([tmp_path / "x.zip"], published_members={"gone.zip": right["images.zip"]})
    assert unpack([tmp_path / "x.zip"], published_members=right) == {"images.zip": b"bytes"}


def test_the_inventory_lists_every_file(tmp_path):
    (tmp_path / "x.zip").write_bytes(_zip(FILES))
    table = extract_archive(
        [tmp_path / "x.zip"], tmp_path / "out", staging_for([tmp_path / "x.zip"], "t", "x", tmp_path)
    )
    assert table["path"].tolist() == sorted(FILES)
    assert table["bytes"].tolist() == [len(FILES[name]) for name in sorted(FILES)]
    assert table["crc32"].tolist() == [f"{zlib.crc32(FILES[name]):08x}" for name in sorted(FILES)]


def test_packed_volumes_are_the_same_bytes_each_time_and_unpack(tmp_path, unpack):
    for name, data in FILES.items():
        (tmp_path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "src" / name).write_bytes(data)
    first = pack_volumes(tmp_path / "src", tmp_path / "p1", stem="x.zip", volume_bytes=20_000)
    second = pack_volumes(tmp_path / "src", tmp_path / "p2", stem="x.zip", volume_bytes=20_000)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert len(first) == 6
    assert unpack(first, published=_md5s(first)) == FILES
    with pytest.raises(FileExistsError, match="empty folder"):
        pack_volumes(tmp_path / "src", tmp_path / "p1", stem="x.zip", volume_bytes=20_000)


def test_a_plain_tar_cut_between_two_members_is_not_taken_for_whole(tmp_path, unpack):
    data = _tar({"a": b"1" * 512, "b": b"2" * 512}, "w")
    (tmp_path / "x.tar").write_bytes(data[:1024])  # header and data of the first, nothing else
    with pytest.raises(DamagedArchiveError, match="no end mark"):
        unpack([tmp_path / "x.tar"])


def test_no_byte_of_a_wrong_part_is_unpacked(tmp_path, monkeypatch):
    from occlusionkit.acquire import extract

    parts = _volumes(tmp_path / "in", "x.zip", _zip({f"{n}.bin": RNG.bytes(3000) for n in range(10)}), 5)
    published = _md5s(parts)
    data = bytearray(parts[1].read_bytes())
    data[50] ^= 1
    parts[1].write_bytes(data)
    written: list[str] = []
    real = extract.write_member

    def watch(member, *args, **kwargs):
        real(member, *args, **kwargs)
        written.append(member.name)

    monkeypatch.setattr(extract, "write_member", watch)
    with pytest.raises(WrongPartError):
        extract_archive(parts, tmp_path / "out", staging_for(parts, "t", "x", tmp_path), published=published)
    assert written == ["0.bin", "1.bin"]  # those that end before the second part


def test_a_list_that_lacks_a_part_proves_nothing(tmp_path, unpack):
    parts = _volumes(tmp_path / "in", "x.zip", _zip(FILES), 3)
    published = _md5s(parts[:2])
    with pytest.raises(ValueError, match=r"no published hash for \['x\.zip\.003'\]"):
        unpack(parts, published=published)
