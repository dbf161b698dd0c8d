"""What made a file: digests of the code that a rule calls.

Standard library only, as every start of Snakemake imports it.

A module's digest covers its syntax tree without comments and docstrings, those of the modules of this package that it
imports, directly or not, and the data files (shaders, lists) that stand beside any of them. So an edit of a comment
reruns nothing, and an edit of one room reruns that room only.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path

PACKAGE = "occlusionkit"
_ROOT = Path(__file__).parent
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def code_digest(*modules: str) -> str:
    """16 hex digits that change when a statement changes in these modules or in what they import from the package, or a
    data file beside one of them does.

    modules: dotted names such as "occlusionkit.occlusion.labels", or paths of script files ending in .py.
    Raises ModuleNotFoundError for a name without a source file.
    """
    reached: dict[str, Path] = {}
    waiting = [(name, _source(name)) for name in modules]
    while waiting:
        name, path = waiting.pop()
        if name not in reached:
            reached[name] = path
            waiting.extend(_imports(name, path))
    digest = hashlib.sha256()
    for name in sorted(reached):
        label = Path(name).name if name.endswith(".py") else name
        digest.update(f"{label}\0{_read(reached[name])[0]}\n".encode())
    for folder in sorted({path.parent for name, path in reached.items() if not name.endswith(".py")}):
        digest.update(_data_digest(folder).encode())
    return digest.hexdigest()[:16]


def _source(name: str) -> Path:
    if name.endswith(".py"):
        path = Path(name)
    else:
        base = _ROOT.parent.joinpath(*name.split("."))
        path = base / "__init__.py" if base.is_dir() else base.with_suffix(".py")
    if not path.is_file():
        raise ModuleNotFoundError(f"code_digest: no source file for {name!r} (looked for {path})")
    return path


@functools.cache
def _read(path: Path) -> tuple[str, tuple[ast.Import | ast.ImportFrom, ...]]:
    """A module's digest, and the import statements in it, wherever they stand (also inside functions).

    One parse and one walk: Snakemake reads the rules anew for every job, and so does this.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    imports: list[ast.Import | ast.ImportFrom] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(node)
        elif isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    # Python 3.12 added this field, empty in all that 3.11 can read: an upgrade is to rerun nothing.
    shown = ast.dump(tree).replace(", type_params=[]", "")
    return hashlib.sha256(shown.encode()).hexdigest(), tuple(imports)


@functools.cache
def _data_digest(folder: Path) -> str:
    """Names and bytes of a package's data files, also in folders that are no packages themselves."""
    digest = hashlib.sha256()
    for path in sorted(_data_files(folder)):
        digest.update(f"{path.relative_to(folder)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _data_files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        if path.name.startswith((".", "__pycache__")) or path.name.endswith((".py", ".pyc", "~")):
            continue
        if not path.is_dir():
            found.append(path)
        elif not (path / "__init__.py").exists():
            found.extend(_data_files(path))
    return found


def _imports(name: str, path: Path) -> list[tuple[str, Path]]:
    """In-package modules that a module imports. `import a.b.c` runs a and a.b too, so they belong to it."""
    package = [] if name.endswith(".py") else name.split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    found: set[str] = set()
    for node in _read(path)[1]:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        else:
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            found.add(module)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    reached = {".".join(parts[: n + 1]) for module in found for parts in [module.split(".")] for n in range(len(parts))}
    return [(module, source) for module in sorted(reached) if (source := _package_source(module)) is not None]


def _package_source(module: str) -> Path | None:
    if module.split(".")[0] != PACKAGE:
        return None
    try:
        return _source(module)
    except ModuleNotFoundError:
        return None  # `from .tables import Table`: the second name is no module
