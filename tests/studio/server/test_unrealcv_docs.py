"""docs/unrealcv.md says of every command whether it is served: held to the command table."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from occlusionkit.studio.server.commands import ROUTES, plugin, scene

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT / "../shared/data/unrealcv/command_schema.json"
BY_TEMPLATE = {route.template: route for route in ROUTES}
HEADINGS = ("## Our commands", "## UnrealCV's commands", "Served besides these", "## What an Unreal project must offer")


def sections() -> list[str]:
    text = (ROOT / "docs/unrealcv.md").read_text()
    return re.split("|".join(re.escape(heading) for heading in HEADINGS), text)


def rows(section: str) -> list[tuple[str, str]]:
    """(command, next cell) of every row of a table whose first cell is a command."""
    return re.findall(r"^\| `(v[^`]+)` \| ([^|]*?) \|", section, flags=re.MULTILINE)


def status(template: str) -> str:
    route = BY_TEMPLATE.get(template)
    if route is None:
        return "not served"
    if route.handler in (plugin.refuse_console, plugin.refuse_blueprint):
        return "refused"
    return "acknowledged" if route.handler is scene.acknowledge else "served"


def test_the_status_of_every_command_is_what_the_table_does():
    _, _, unrealcv, _, _ = sections()
    documented = rows(unrealcv)
    assert len(documented) == 95
    assert {command: said for command, said in documented if said != status(command)} == {}


def test_descriptions_are_those_of_the_table_and_no_template_is_left_out():
    _, ours, unrealcv, besides, _ = sections()
    described = rows(ours) + rows(besides)
    assert {command: text for command, text in described if text != BY_TEMPLATE[command].description} == {}
    documented = {command for command, _ in described + rows(unrealcv)}
    left_out = {template for template in BY_TEMPLATE if not template.startswith("vcmd ")} - documented
    assert left_out == set()


def test_every_command_of_unrealcvs_schema_is_in_the_table():
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA} is not here")
    commands = {entry["command"] for entry in json.loads(SCHEMA.read_text())["commands"]}
    assert commands == {command for command, _ in rows(sections()[2])}


@pytest.mark.parametrize("template", sorted({command for command, said in rows(sections()[2]) if said == "not served"}))
def test_what_is_not_served_has_no_handler(ask, template):
    command = template.replace("[uint]", "0").replace("[float]", "1").replace("[str]", "crate")
    assert ask(command).startswith("error No handler found for URI")


@pytest.mark.parametrize("template", sorted({command for command, said in rows(sections()[2]) if said == "refused"}))
def test_what_is_refused_is_an_error(ask, template):
    assert ask(template.replace("[str]", "quit")).startswith("error ")


# Arguments that fit, where `crate`, `png` and 1.5 do not.
ARGUMENTS = {
    "vget /camera/[uint]/depth [str]": "vget /camera/0/depth npy",
    "vget /unrealcv/echo [str]": "vget /unrealcv/echo hello",
    "vset /action/game/level [str]": "vset /action/game/level empty_room",
    "vset /camera/[uint]/size [uint] [uint]": "vset /camera/0/size 8 6",
    "vset /object/[str]/name [str]": "vset /object/crate/name chest",
    "vset /objects/spawn [str]": "vset /objects/spawn Cube",
    "vset /objects/spawn [str] [str]": "vset /objects/spawn Cube mine",
    "vset /objects/spawn_cube [str]": "vset /objects/spawn_cube mine",
    "vset /viewmode [str]": "vset /viewmode normal",
}


@pytest.mark.parametrize("template", sorted(command for command, said in rows(sections()[2]) if said == "served"))
def test_what_is_served_answers(stage, template):
    image = template.startswith(("vget /camera", "vget /screenshot"))
    plain = template.replace("[uint]", "0").replace("[float]", "1.5").replace("[str]", "png" if image else "crate")
    answer = bytes(next(stage.run([ARGUMENTS.get(template, plain)])))
    assert not answer.startswith(b"error"), answer[:200]
