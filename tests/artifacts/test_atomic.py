"""Files that are whole or absent, also on a full disk and under a kill."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from occlusionkit.artifacts.atomic import atomic_output, write_bytes, write_json


def test_the_name_appears_only_when_the_file_is_whole(tmp_path):
    path = tmp_path / "deep" / "folder" / "a.bin"
    with atomic_output(path) as temporary:
        temporary.write_bytes(b"whole")
        assert temporary.parent == path.parent
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")
    with pytest.raises(RuntimeError, match="mine"), atomic_output(path) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError("mine")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic_output(tmp_path / "a.bin") as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_error_that_names_the_file(tmp_path):
    path = tmp_path / "a.bin"
    full = pytest.raises(OSError, match=r"could not write .*a\.bin: No space left on device")
    with full as caught, atomic_output(path) as temporary:
        temporary.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(errno.ECONNRESET, "the server died"),
        TimeoutError(errno.ETIMEDOUT, "the server is silent"),
        FileNotFoundError(errno.ENOENT, "No such file", "an/input.png"),
        OSError("a library's own words"),
    ],
)
def test_errors_of_the_body_about_something_else_pass_unchanged(tmp_path, error):
    with pytest.raises(OSError) as caught, atomic_output(tmp_path / "a.zip") as temporary:
        temporary.write_bytes(b"half")
        raise error
    assert caught.value is error
    assert list(tmp_path.iterdir()) == []


# Every writer under a limit of 20 kB per file, which the kernel enforces like a full disk.
LIMITED = """
import resource, sys
from pathlib import Path
import numpy as np
from occlusionkit.artifacts.atomic import write_bytes, write_json
from occlusionkit.artifacts.pickles import write_compatible_pickle
from occlusionkit.artifacts.tables import Column, Schema, make_table, write_table
from occlusionkit.artifacts.zips import write_stored_zip

noise = np.random.default_rng(0)

def table(path):
    schema = Schema("t", "", ("row",), (Column("row", "int32", ""), Column("x", "float64", "", shape=(9,))))
    write_table(path, make_table(schema, {"row": np.arange(2000), "x": noise.normal(size=(2000, 9))}))

def stored_zip(path):
    with write_stored_zip(path) as archive:
        for number in range(9):
            archive.add(f"{number}.bin", noise.bytes(5000))

writers = {
    "bytes": lambda path: write_bytes(path, b"x" * 100_000),
    "json": lambda path: write_json(path, list(range(100_000))),
    "pickle": lambda path: write_compatible_pickle(path, noise.normal(size=100_000)),
    "table": table,
    "zip": stored_zip,
}
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    writers[sys.argv[1]](Path(sys.argv[2]))
except OSError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.parametrize("writer", ["bytes", "json", "pickle", "table", "zip"])
def test_every_writer_survives_a_full_disk(tmp_path, writer):
    target = tmp_path / "out" / "file"
    run = subprocess.run([sys.executable, "-c", LIMITED, writer, str(target)], capture_output=True, text=True)
    assert run.returncode == 7, run.stderr
    assert f"could not write {target}: " in run.stdout
    assert "File too large" in run.stdout
    assert "the incomplete file was removed" in run.stdout
    assert run.stderr == ""
    assert list(target.parent.iterdir()) == []


def test_a_kill_leaves_nothing_that_looks_finished(tmp_path):
    program = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from occlusionkit.artifacts.atomic import atomic_output
        with atomic_output(Path(sys.argv[1])) as temporary:
            temporary.write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
    """)
    target = tmp_path / "depth.zip"
    run = subprocess.run([sys.executable, "-c", program, str(target)])
    assert run.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".depth.zip.partial-")
    # Not ours to remove: another file's, another host's, and that of a process that still runs.
    kept = [
        left.with_name(left.name.replace("depth.zip", "masks.zip")),
        left.with_name(".depth.zip.partial-another-host-1234567"),
        left.with_name(f"{left.name.rpartition('-')[0]}-{os.getppid()}"),
    ]
    for path in kept:
        path.write_bytes(b"x")
    write_bytes(target, b"whole")
    assert target.read_bytes() == b"whole"
    assert sorted(tmp_path.iterdir()) == sorted([target, *kept])


def test_json_is_sorted_and_ends_in_a_newline(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": [1.5, None, "ü"]})
    text = path.read_text()
    assert text.index('"a"') < text.index('"b"')
    assert text.endswith("}\n")
    assert json.loads(text) == {"b": 1, "a": [1.5, None, "ü"]}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_what_json_cannot_hold_is_refused_and_leaves_no_file(tmp_path, value):
    with pytest.raises((ValueError, TypeError)):
        write_json(tmp_path / "a.json", {"x": value})
    assert list(tmp_path.iterdir()) == []
