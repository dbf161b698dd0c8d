"""Opening OpenGL without a display, and building the programs."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import moderngl

from . import contact, shadow, tone

# Numbers that formulas in the shaders share with ours: their one home is Python.
CONSTANTS = {
    "N1": tone.N1,
    "N2": tone.N2,
    "D1": tone.D1,
    "D2": tone.D2,
    "SOFT_AT_M": shadow.SOFT_AT_M,
    "CONTACT_M": shadow.CONTACT_M,
    "CONTACT_DIMMING": shadow.CONTACT_DIMMING,
    "FAR_DIMMING": shadow.FAR_DIMMING,
    "REACH_M": contact.REACH_M,
    "SINK_M": contact.SINK_M,
    "AMBIENT_TAKEN": contact.AMBIENT_TAKEN,
    "KEY_TAKEN": contact.KEY_TAKEN,
}


class EglMissing(RuntimeError):
    """No OpenGL context could be made."""


def open_context(device_index: int) -> moderngl.Context:
    """A context of its own, without a display. EglMissing, with what to do, where that fails."""
    # The names with a version are there without -dev packages.
    names = {"backend": "egl", "libgl": "libGL.so.1", "libegl": "libEGL.so.1"}
    settings: dict[str, Any] = {**names, "device_index": device_index}
    try:
        return moderngl.create_context(require=330, standalone=True, **settings)
    except Exception as error:  # glcontext raises bare Exceptions
        raise EglMissing(
            f"OpenGL on EGL could not be started ({error}). On Debian or Ubuntu: "
            "apt-get install --no-install-recommends libegl1 libgl1 libgl1-mesa-dri; on a GPU, the driver's EGL; "
            "or set renderer: embree, which needs neither"
        ) from error


def load_program(context: moderngl.Context, vertex: str, fragment: str) -> moderngl.Program:
    """The program of shaders/<vertex>.vert.glsl and shaders/<fragment>.frag.glsl."""
    folder = files(__package__) / "shaders"
    stages = (folder / f"{vertex}.vert.glsl", folder / f"{fragment}.frag.glsl")
    vertex_source, fragment_source = (_with_constants(stage.read_text("utf-8")) for stage in stages)
    return context.program(vertex_shader=vertex_source, fragment_shader=fragment_source)


def uniform(program: moderngl.Program, name: str) -> moderngl.Uniform:
    found = program[name]
    if not isinstance(found, moderngl.Uniform):
        raise TypeError(f"shader value {name}: expected a uniform, found {type(found).__name__}")
    return found


def _with_constants(source: str) -> str:
    version, rest = source.split("\n", 1)
    return "\n".join([version, *(f"#define {name} {value!r}" for name, value in CONSTANTS.items()), rest])
