"""The shape of the project: floors, cheap imports, rules that are whole, config keys that are described and used."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "src" / "occlusionkit"

# DESIGN section 1. A new room needs a floor.
FLOORS = {
    0: {"artifacts", "geometry", "skeletons", "images", "unreal", "provenance", "jobs", "settings"},
    1: {"acquire", "studio", "capture", "occlusion", "learning"},
    2: {"multiview", "face", "reid", "crowd", "temporal"},
    3: {"cli", "audit", "tables"},
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
SYSTEMS = FLOORS[2]
HEAVY = ("torch", "numpy", "pyarrow", "cv2", "scipy", "pandas", "matplotlib")

modules = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imported_rooms(path: Path) -> frozenset[str]:
    """Rooms of the package that a module imports, wherever the statement stands."""
    package = ["occlusionkit", *path.relative_to(PACKAGE).parent.parts]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names.update(f"{module}.{alias.name}" for alias in node.names)
    parts = [name.split(".") for name in names]
    return frozenset(name[1] for name in parts if name[0] == "occlusionkit" and len(name) > 1)


@pytest.mark.parametrize("path", modules, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down_and_systems_do_not_meet(path):
    room = room_of(path)
    assert room in FLOOR_OF, f"{room} stands on no floor: add it to FLOORS (and to docs/architecture.md)"
    up = {other for other in imported_rooms(path) if FLOOR_OF.get(other, 0) > FLOOR_OF[room]}
    assert not up, f"{room} (floor {FLOOR_OF[room]}) imports {sorted(up)} from above"
    if room in SYSTEMS:
        assert not imported_rooms(path) & (SYSTEMS - {room})


def test_every_folder_with_modules_is_a_package():
    # setuptools leaves out a folder without it; an editable install does not show that.
    missing = {path.parent for path in modules if not (path.parent / "__init__.py").is_file()}
    assert not missing


def test_data_files_of_the_package_are_installed_with_it():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["occlusionkit"]
    installed = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    found = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert not found - installed


def loaded_after(statements: str) -> set[str]:
    program = f"{statements}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    return set(json.loads(run.stdout.splitlines()[-1]))


def test_the_ground_floor_does_not_load_torch():
    ground = sorted(
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        for path in modules
        if FLOOR_OF.get(room_of(path)) == 0 and path.name != "__init__.py"
    )
    assert "occlusionkit.geometry" in ground
    loaded = loaded_after("\n".join(f"import {name}" for name in ground))
    assert not loaded & {"torch", "scipy", "pandas", "matplotlib", "moderngl", "snakemake"}


def test_what_rule_files_import_is_cheap():
    # Every job of a cluster parses the rules anew.
    texts = "\n".join(path.read_text() for path in rule_files())
    imports = sorted(set(re.findall(r"^\s*(?:from|import) (occlusionkit[\w.]*)", texts, flags=re.MULTILINE)))
    assert {"occlusionkit.capture.plan", "occlusionkit.provenance"} <= set(imports)
    loaded = loaded_after("\n".join(f"import {name}" for name in imports))
    assert not loaded & set(HEAVY)


# Rules


def rule_files() -> list[Path]:
    return [PROJECT / "workflow" / "Snakefile", *sorted((PROJECT / "rules").glob("*.smk"))]


@cache
def rules() -> dict[str, str]:
    """Rule name -> its indented block, from the text: what stands there, not what Snakemake makes of it."""
    found: dict[str, str] = {}
    for path in rule_files():
        for name, block in re.findall(
            r"^(?:rule|checkpoint) (\w+):\n((?:[ \t]+.*\n|\n)*)", path.read_text() + "\n", flags=re.MULTILINE
        ):
            assert name not in found, f"rule {name} stands twice"
            found[name] = block
    return found


def directives(name: str) -> dict[str, str]:
    parts = re.split(r"^    (\w+):", rules()[name], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def local_rules() -> set[str]:
    texts = "\n".join(path.read_text() for path in rule_files())
    blocks = re.findall(r"^localrules:((?:[^\n]*\n)(?:[ \t]+[^\n]*\n)*)", texts, flags=re.MULTILINE)
    return {name for block in blocks for name in re.findall(r"\w+", block)}


# A rule without outputs only names what else is to be made.
made = sorted(name for name in rules() if "output" in directives(name))
targets = sorted(set(rules()) - set(made))


def test_the_rules_were_found():
    assert {"all", "capture_shard", "label_occlusion", "build_report"} <= set(rules())
    assert "all" in local_rules()
    assert set(directives("label_occlusion")) >= {"input", "output", "script"}


def test_the_snakefile_includes_every_rule_file_and_only_assembles():
    text = (PROJECT / "workflow" / "Snakefile").read_text()
    included = re.findall(r'^include: "\.\./rules/(\w+)\.smk"', text, flags=re.MULTILINE)
    assert sorted(included) == sorted(path.stem for path in (PROJECT / "rules").glob("*.smk"))
    assert re.findall(r"^rule (\w+):", text, flags=re.MULTILINE) == ["all"]


@pytest.mark.parametrize("name", targets)
def test_a_target_is_local_and_asks_for_something(name):
    assert name in local_rules(), f"rule {name} makes nothing: it is no job for a cluster"
    assert "input" in directives(name)


@pytest.mark.parametrize("name", [*made, *targets])
def test_a_rule_says_what_it_does(name):
    docstring = re.match(r'    """(.+?)"""', rules()[name], flags=re.DOTALL)
    assert docstring, f"rule {name} needs a docstring"
    assert docstring[1].rstrip().endswith("."), f"rule {name}: {docstring[1]!r} is no sentence"


@pytest.mark.parametrize("name", made)
def test_a_rule_has_its_log_benchmark_environment_and_size(name):
    needed = {"output", "log", "conda", "threads", "resources", "params", "script"}
    if name not in local_rules() and "cache" not in directives(name):
        needed.add("benchmark")  # Snakemake refuses a benchmark on a rule that its cache may serve
    if name in local_rules():
        needed -= {"threads", "resources"}
    assert needed <= set(directives(name)), f"rule {name} lacks {sorted(needed - set(directives(name)))}"
    assert "mem_mb" in directives(name).get("resources", "mem_mb")
    assert f"results/logs/{name}" in directives(name)["log"]
    if "benchmark" in directives(name):
        assert f"results/benchmarks/{name}" in directives(name)["benchmark"]


@pytest.mark.parametrize("name", made)
def test_a_rule_runs_the_script_of_its_name_and_reruns_when_it_changes(name):
    assert f'"../scripts/{name}.py"' in directives(name)["script"]
    assert "sidecar=" in directives(name)["output"]
    if re.search(r'# .*\n +code="none"', directives(name)["params"]):
        return  # a reason stands above it: what it makes is known by published hashes
    digest = re.search(r'code=code_digest\(\s*"([\w.]+)"', directives(name)["params"])
    assert digest, f"rule {name}: params need code=code_digest(...)"
    assert digest[1] == f"{name}.py"


def scripts_of_rules() -> list[Path]:
    return sorted(path for path in (PROJECT / "scripts").glob("*.py") if "snakemake" in script_names(path))


def script_names(path: Path) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}


def test_every_script_has_a_rule_and_every_rule_a_script():
    assert [path.stem for path in scripts_of_rules()] == made


@pytest.mark.parametrize("path", scripts_of_rules(), ids=lambda path: path.stem)
def test_a_script_can_be_called_without_snakemake(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
    last = tree.body[-1]
    assert isinstance(last, ast.If), "a script ends with `if __name__ == ...`"
    outside = [n.id for node in tree.body[:-1] for n in ast.walk(node) if isinstance(n, ast.Name)]
    assert "snakemake" not in outside, "only the last lines know the engine"
    definitions = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert len(definitions) <= 3, "logic belongs into the package"


@pytest.mark.parametrize("name", made)
def test_a_scripts_main_takes_what_the_rule_names(name):
    tree = ast.parse((PROJECT / "scripts" / f"{name}.py").read_text())
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    taken = {argument.arg for argument in [*main.args.posonlyargs, *main.args.args, *main.args.kwonlyargs]}
    calls = [node for node in ast.walk(tree.body[-1]) if isinstance(node, ast.Call)]
    bound = {keyword.arg for call in calls if getattr(call.func, "id", "") == "partial" for keyword in call.keywords}
    given = {
        key
        for kind in ("input", "output", "params")
        for key in re.findall(
            r"(?:^ {8}|multiext\([^\n]*[ (])(\w+)=", directives(name).get(kind, ""), flags=re.MULTILINE
        )
    }
    given |= set(re.findall(r'\b(\w+)="\.[a-z]', directives(name).get("output", "")))
    assert taken - bound - {"threads"} == given - {"sidecar", "code"}


# Config


@cache
def config_text() -> str:
    return (PROJECT / "config.yaml").read_text()


def config() -> dict:
    return yaml.safe_load(config_text())


@cache
def schema() -> dict:
    return yaml.safe_load((PROJECT / "workflow" / "schemas" / "config.schema.yaml").read_text())


def leaves(value: dict, properties: dict, prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Paths of keys down to where the schema stops describing sections."""
    found: set[tuple[str, ...]] = set()
    for key, one in value.items():
        inner = properties.get(key, {}).get("properties")
        found |= leaves(one, inner, (*prefix, key)) if inner and isinstance(one, dict) else {(*prefix, key)}
    return found


def schema_leaves(properties: dict, prefix: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for key, one in properties.items():
        inner = one.get("properties")
        found |= schema_leaves(inner, (*prefix, key)) if inner else {(*prefix, key)}
    return found


keys = sorted(schema_leaves(schema()["properties"]))


def test_config_and_schema_hold_the_same_keys():
    found = leaves(config(), schema()["properties"])
    assert found == set(keys), f"add to both: {sorted(found ^ set(keys))}"


def test_the_schema_is_closed_and_asks_for_every_key():
    def check(section: dict, where: str) -> None:
        assert section["additionalProperties"] is False, where
        assert sorted(section["required"]) == sorted(section["properties"]), where
        for key, one in section["properties"].items():
            if "properties" in one:
                check(one, f"{where}.{key}")

    check(schema(), "config")
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("key", keys, ids=".".join)
def test_every_key_is_described_above_it(key):
    lines = config_text().splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(rf" *{key[-1]}:", line)]
    section = next((n for n, line in enumerate(lines) if re.match(rf"{key[0]}:", line)), 0)
    at = min(number for number in starts if number >= section)
    indent = re.match(" *", lines[at])[0]
    # A comment may describe two keys that stand together: height and width.
    above = at - 1 if lines[at - 1].strip().startswith("#") else at - 2
    assert lines[above].startswith(f"{indent}# "), f"config.yaml, {'.'.join(key)}: expected a comment above it"


@pytest.mark.parametrize("key", keys, ids=".".join)
def test_every_key_is_used(key):
    texts = "\n".join(path.read_text() for path in rule_files())
    section, name = key[0], key[-1]
    whole = re.search(rf'config(?:\["{section}"\](?!\[)|\.get\("{section}"\))', texts)
    single = re.search(rf'["\']{name}["\']', texts)
    assert whole or single, f"{'.'.join(key)} is read by no rule"


@pytest.mark.parametrize(
    "path",
    [None, *sorted((PROJECT / "workflow" / "configs").glob("*.yaml"))],
    ids=lambda path: path.stem if path else "config",
)
def test_ready_made_configs_are_valid(path):
    # Snakemake merges mappings key by key, at any depth.
    def merged(base: dict, over: dict) -> dict:
        both = {key: merged(base[key], over[key]) for key in base.keys() & over if isinstance(over[key], dict)}
        return base | over | both

    jsonschema.validate(merged(config(), yaml.safe_load(path.read_text()) if path else {}), schema())


@pytest.mark.parametrize("path", sorted((PROJECT / "envs").glob("*.yaml")), ids=lambda path: path.stem)
def test_environments_are_used(path):
    assert any(f'"../envs/{path.name}"' in block for block in rules().values())
