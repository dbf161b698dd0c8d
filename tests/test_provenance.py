"""Digests of code: what changes them and what does not, on a small package of the same name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from occlusionkit import provenance

PACKAGE = {
    "__init__.py": '"""A package."""\n',
    "ground.py": '"""Ground."""\n\nSTEP = 1\n',
    "room/__init__.py": '"""A room."""\n',
    "room/labels.py": '"""Labels."""\nfrom ..ground import STEP\n\ndef label(x):\n    """Doc."""\n    return x + STEP',
    "room/late.py": "def later():\n    import occlusionkit.deep.module\n    return occlusionkit.deep.module\n",
    "room/by_name.py": "from .. import ground\n",
    "room/shaders/light.glsl": "void main() {}\n",
    "deep/__init__.py": "",
    "deep/module.py": "VALUE = 1\n",
    "other/__init__.py": "",
    "other/tables.py": "ROWS = 1\n",
    "other/list.csv": "a,b\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    root = tmp_path / "occlusionkit"
    for name, text in PACKAGE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(provenance, "_ROOT", root)
    forget()
    yield root
    forget()


def forget() -> None:
    """A new process: digests of files are remembered within one."""
    for cached in (provenance._read, provenance._data_digest):
        cached.cache_clear()


def digest(*modules: str) -> str:
    forget()
    return provenance.code_digest(*modules)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


LABELS = "occlusionkit.room.labels"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Labels."""', '"""Labels of joints."""'),
        ('"""Doc."""', '"""Another doc."""'),
        ('    """Doc."""\n', ""),
        ("    return x", "    # why\n    return x"),
        ("return x + STEP", "return (x   + STEP)"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(package, old, new):
    before = digest(LABELS)
    edit(package / "room/labels.py", old, new)
    assert digest(LABELS) == before


def test_a_statement_of_the_module_counts(package):
    before = digest(LABELS)
    edit(package / "room/labels.py", "x + STEP", "x - STEP")
    assert digest(LABELS) != before


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        (LABELS, "ground.py"),  # relative, a name of the module
        ("occlusionkit.room.by_name", "ground.py"),  # relative, the module itself
        ("occlusionkit.room.late", "deep/module.py"),  # absolute, inside a function
        ("occlusionkit.room.late", "deep/__init__.py"),  # run on the way to deep.module
        (LABELS, "room/shaders/light.glsl"),  # a data file beside the module
    ],
)
def test_what_a_module_uses_counts(package, module, imported):
    before = digest(module)
    with (package / imported).open("a") as file:
        file.write("\nEXTRA = 2\n")
    assert digest(module) != before


@pytest.mark.parametrize("unused", ["other/tables.py", "other/list.csv", "deep/module.py", "room/late.py"])
def test_what_a_module_does_not_use_does_not_count(package, unused):
    before = digest(LABELS)
    with (package / unused).open("a") as file:
        file.write("EXTRA = 2\n")
    assert digest(LABELS) == before


def test_caches_and_editors_leftovers_do_not_count(package):
    before = digest(LABELS)
    (package / "room/__pycache__").mkdir()
    (package / "room/__pycache__/labels.cpython-311.pyc").write_bytes(b"x")
    (package / "room/.labels.py.swp").write_bytes(b"x")
    (package / "room/labels.py~").write_bytes(b"x")
    assert digest(LABELS) == before


def test_a_new_data_file_and_a_renamed_one_count(package):
    before = digest(LABELS)
    shader = package / "room/shaders/light.glsl"
    shutil.move(shader, shader.with_name("dark.glsl"))
    renamed = digest(LABELS)
    (package / "room/shaders/light.glsl").write_text("void main() {}\n")
    assert len({before, renamed, digest(LABELS)}) == 3


def test_a_script_counts_by_name_and_statements_and_pulls_in_its_imports(package, tmp_path):
    script, elsewhere = tmp_path / "scripts/label.py", tmp_path / "clone/label.py"
    for path in (script, elsewhere):
        path.parent.mkdir()
        path.write_text("from occlusionkit.room.labels import label\n")
    (script.parent / "notes.txt").write_text("a file beside a script is no part of it")
    before = digest(str(script))
    assert digest(str(elsewhere)) == before
    edit(package / "ground.py", "STEP = 1", "STEP = 2")
    assert digest(str(script)) != before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 'a'", "x = b'a'"),
        ("x = None", "x = 0"),
        ("x = []", "x = ()"),
        ("x = [1]", "x = [[1]]"),
        ("def f(): return", "def f(): return None"),
        ("def f(a, /): pass", "def f(a): pass"),
        ("def f(a=None): pass", "def f(a): pass"),
        ("x = y", "x = 'y'"),
        ("x = a.b", "x = b.a"),
        ("f(a, b)", "f(b, a)"),
        ("'a docstring'\nx = 1", "x = 1\n'no docstring'"),
    ],
)
def test_statements_that_look_alike_are_different(package, one, other):
    (package / "ground.py").write_text(one)
    before = digest("occlusionkit.ground")
    (package / "ground.py").write_text(other)
    assert digest("occlusionkit.ground") != before


@pytest.mark.parametrize("version", ["3.11", "3.12"])
def test_another_python_gives_the_same_digest(version):
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from occlusionkit.provenance import code_digest;"
        "print(sys.version_info[:2], code_digest('occlusionkit.studio.world', 'occlusionkit.occlusion.stage'))"
    )
    command = [f"python{version}", "-I", "-c", program, str(provenance._ROOT.parent)]
    # A version manager's stand-in exists for versions that it will not start.
    if shutil.which(command[0]) is None or subprocess.run([command[0], "-c", ""], capture_output=True).returncode:
        pytest.skip(f"no python{version} here")
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    major, minor = version.split(".")
    forget()
    expected = provenance.code_digest("occlusionkit.studio.world", "occlusionkit.occlusion.stage")
    assert run.stdout.strip() == f"({major}, {minor}) {expected}"


def test_order_and_repetition_of_modules_do_not_count(package):
    assert digest(LABELS, "occlusionkit.ground") == digest("occlusionkit.ground", LABELS, LABELS)


def test_a_circle_of_imports_ends(package):
    edit(package / "ground.py", "STEP = 1", "STEP = 1\nfrom .room import labels")
    before = digest(LABELS)
    edit(package / "ground.py", "STEP = 1", "STEP = 3")
    assert digest(LABELS) != before


def test_a_module_without_a_source_is_refused(package):
    with pytest.raises(ModuleNotFoundError, match=r"no source file for 'occlusionkit\.room\.gone'"):
        provenance.code_digest("occlusionkit.room.gone")


def test_the_digest_is_the_same_in_another_process():
    module = "occlusionkit.occlusion.stage"
    program = f"from occlusionkit.provenance import code_digest; print(code_digest({module!r}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    forget()
    found = run.stdout.strip()
    assert found == provenance.code_digest(module)
    assert len(found) == 16
    assert int(found, 16) >= 0
