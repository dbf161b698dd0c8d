"""Pickles of plain data: what is read, what is refused without being run, and what numpy 1 can read."""

from __future__ import annotations

import collections
import pickle
import pickletools
import struct

import numpy as np
import pytest

from occlusionkit.artifacts.pickles import (
    UnsafePickleError,
    dumps_compatible_pickle,
    load_plain_pickle,
    loads_plain_pickle,
    write_compatible_pickle,
)

ITEM = {
    "image": "a05_sa01_s14_sce00/00_000000.jpg",
    "joints_2d": np.arange(30.0).reshape(15, 2) / 7,
    "camera": {"R": np.eye(3), "fx": np.float64(320.5), "k": np.zeros((3, 1))},
    "order": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "mask": np.array([True, False]),
    "names": np.array(["root", "rhip"]),
    "empty": np.zeros((0, 3), np.float32),
    "bytes": b"\x00\xff\n",
    "no_bytes": b"",
    "ordered": collections.OrderedDict(b=1, a=2),
    "plain": [1, -(2**70), 2.5, None, True, "text ü", (1, (2,))],
}


def assert_same(found, expected) -> None:
    assert type(found) is type(expected)
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    elif isinstance(expected, np.ndarray):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_array_equal(found, expected)
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected


@pytest.mark.parametrize("protocol", range(6))
def test_plain_data_of_every_protocol_is_read(tmp_path, protocol):
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(ITEM, protocol=protocol))
    assert_same(load_plain_pickle(path), ITEM)


def test_pickles_of_numpy_1_are_read():
    data = pickle.dumps(ITEM, protocol=2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert b"numpy.core.multiarray" in data
    assert_same(loads_plain_pickle(data), ITEM)


def test_pickles_of_python_2_are_read():
    # {'image': 'a.jpg', 'x': array([1., 2.])} as Python 2.7 with numpy 1.16 writes it: byte strings throughout.
    numbers = struct.pack("<2d", 1, 2)
    data = (
        b"\x80\x02}q\x00(U\x05imageU\x05a.jpgU\x01xcnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n"
        b"K\x00\x85U\x01b\x87R(K\x01K\x02\x85cnumpy\ndtype\nU\x02f8K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xff"
        b"J\xff\xff\xff\xffK\x00tb\x89U\x10" + numbers + b"tbu."
    )
    found = loads_plain_pickle(data)
    assert found["image"] == "a.jpg"
    assert found["x"].tolist() == [1, 2]


class Call:
    """Pickles as a call of `function` with `arguments`."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def attacks(canary):
    import builtins
    import os
    import subprocess

    write = f"open({str(canary)!r}, 'w').close()"
    touch = f"touch {canary}"
    return {
        "os.system": Call(os.system, touch),
        "subprocess": Call(subprocess.call, ["touch", str(canary)]),
        "eval": Call(builtins.eval, write),
        "exec": Call(builtins.exec, write),
        "getattr": Call(getattr, Call(__import__, "os"), "system"),
        "object array": np.array([1, Call(os.system, touch)], dtype=object),
        "nested": {"camera": [{"R": Call(os.system, touch)}]},
        "as a key": {"x": Call(collections.OrderedDict, [("a", Call(os.system, touch))])},
    }


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
@pytest.mark.parametrize("name", attacks("canary"))
def test_nothing_that_a_file_names_is_run(tmp_path, name, protocol):
    canary, path = tmp_path / "canary", tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(attacks(canary)[name], protocol=protocol))
    refused = r"evil\.pkl: refused: it asks for (posix|subprocess|commands|builtins|__builtin__)\."
    with pytest.raises(UnsafePickleError, match=refused):
        load_plain_pickle(path)
    assert not canary.exists()
    # The attack is real: an ordinary reader runs it (all but the one that only fetches a function).
    pickle.loads(path.read_bytes())  # noqa: S301
    assert canary.exists() == (name != "getattr")


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (b"c_codecs\nencode\n(V\nVzip\ntR.", "asks for the codec 'zip'"),
        (b"cbuiltins\nbytes\n(I1000000000000\ntR.", "builds bytes from arguments"),
        (b"c__builtin__\nbytes\n(I1000000000000\ntR.", "builds bytes from arguments"),
        (b"cnumpy\nndarray.tofile\n.", r"asks for numpy\.ndarray\.tofile"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.", r"asks for numpy\.ndarray\.tofile"),
        (b"cnumpy\nload\n.", r"asks for numpy\.load"),
        (b"cnumpy.core.numeric\n__builtins__\n.", "__builtins__"),
    ],
)
def test_allowed_names_do_only_what_honest_files_ask(named, message):
    with pytest.raises(UnsafePickleError, match=message):
        loads_plain_pickle(named)


@pytest.mark.parametrize(
    "function",
    [b"c_codecs\nencode\n", b"cbuiltins\nbytes\n", b"cnumpy.core.numeric\n_frombuffer\n",
     b"cnumpy.core.multiarray\nscalar\n"],
)  # fmt: skip
def test_a_file_cannot_set_attributes_of_the_functions_it_names(function):
    # BUILD with (None, {"__defaults__": ()}) is setattr on the function: it would outlive the file.
    with pytest.raises(ValueError, match="expected a whole pickle of plain data"):
        loads_plain_pickle(function + b"(N(dV__defaults__\n(tstb.")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        pickle.dumps(ITEM, protocol=2)[:-1],
        pickle.dumps(ITEM, protocol=4)[:200],
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"abc.",  # BINBYTES8 of 4 EiB
        b"\x80\x04\x8e" + struct.pack("<Q", (1 << 64) - 1) + b"abc.",
        b"\x80\x04\x8d" + struct.pack("<Q", 1 << 45) + b"abc.",  # BINUNICODE8 of 32 TiB
        b"\x80\x02\x8a\xff" + b"\x01" * 9,  # LONG1 with too few bytes
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I-5\ntVb\ntR.",  # negative length
        b"cnumpy\nndarray\n(V3\ntR.",  # wrong arguments
        b"\xff\xfe no pickle",
        b".",
        b"PK\x03\x04",
        b"[1, 2]",
    ],
)
def test_what_is_no_whole_pickle_is_one_clear_error(tmp_path, data):
    path = tmp_path / "annot.pkl"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"annot\.pkl: (expected a whole pickle of plain data, found: \w+|refused)"):
        load_plain_pickle(path)


def test_every_cut_of_a_file_is_refused():
    whole = dumps_compatible_pickle({"a": np.arange(3), "b": "text"})
    for length in range(len(whole)):
        with pytest.raises(ValueError, match="expected a whole pickle"):
            loads_plain_pickle(whole[:length])


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "annot.pkl"
    path.write_bytes(b"not even a pickle, but 33 bytes..")
    with pytest.raises(ValueError, match="expected at most 32 bytes of annotations, found 33"):
        load_plain_pickle(path, limit_bytes=32)


def test_written_pickles_name_nothing_that_numpy_1_does_not_know(tmp_path):
    path = tmp_path / "a.pkl"
    write_compatible_pickle(path, [ITEM, ITEM, {"scalars": [np.int32(3), np.bool_(True)]}])
    data = path.read_bytes()
    opcodes = [(opcode.name, argument) for opcode, argument, _ in pickletools.genops(data)]
    assert opcodes[0] == ("PROTO", 2)
    named = {argument for name, argument in opcodes if name == "GLOBAL"}
    assert named == {
        "numpy.core.multiarray _reconstruct",
        "numpy.core.multiarray scalar",
        "numpy ndarray",
        "numpy dtype",
        "_codecs encode",
        "__builtin__ bytes",
        "collections OrderedDict",
    }
    assert not {name for name, _ in opcodes} & {"STACK_GLOBAL", "FRAME", "BYTEARRAY8", "NEXT_BUFFER"}
    assert_same(load_plain_pickle(path)[1], ITEM)


@pytest.mark.filterwarnings("ignore:numpy.core:DeprecationWarning")  # numpy 2's own note on the old name
def test_the_ordinary_pickle_module_reads_what_is_written():
    assert_same(pickle.loads(dumps_compatible_pickle(ITEM)), ITEM)  # noqa: S301


def test_the_same_data_gives_the_same_bytes():
    def made() -> dict:
        return {"a": np.arange(5) / 3, "b": ["x" * 3, np.float64(2)]}

    assert dumps_compatible_pickle(made()) == dumps_compatible_pickle(made())


@pytest.mark.parametrize("core", ["_core", "core"])
def test_text_that_spells_numpys_names_is_refused_rather_than_changed(core):
    text = f"cnumpy.{core}.multiarray\n_reconstruct\n"
    with pytest.raises(ValueError, match="spells _reconstruct's global name"):
        dumps_compatible_pickle([text, np.arange(3)])


def test_values_that_numpy_1_could_not_read_are_refused():
    with pytest.raises(ValueError, match=r"would name numpy\._core"):
        dumps_compatible_pickle({"a function is no data": np._core.numeric._frombuffer})
