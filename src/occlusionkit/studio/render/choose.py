"""Which renderer draws: `gl`, `embree`, or `auto`, which takes gl where EGL works."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Literal

from ..world import Renderer

log = logging.getLogger(__name__)

Choice = Literal["auto", "gl", "embree"]


def open_renderer(choice: Choice = "auto", *, threads: int) -> Renderer:
    """Open a renderer; close it when done.

    threads: how many CPU threads Mesa draws with, 1 or more. Mesa reads it once per process: a later renderer keeps
    the first one's (pictures are the same bits with any number), which is logged. embree here casts on one thread.
    Errors: ValueError for an unknown choice; EglMissing where "gl" was asked for and EGL does not work.
    """
    if threads < 1:
        raise ValueError(f"renderer threads: expected 1 or more, found {threads}")
    if choice == "embree":
        return _open_embree()
    if choice == "gl":
        return _open_gl(threads)
    if choice != "auto":
        raise ValueError(f"renderer: expected auto, gl or embree, found {choice!r}")
    from .gl_context import EglMissing

    try:
        renderer = _open_gl(threads)
    except EglMissing as error:
        fallback = _open_embree()
        log.warning("renderer auto: %s, because %s", fallback.description, error)
        return fallback
    log.info("renderer auto: %s", renderer.description)
    return renderer


def _open_embree() -> Renderer:
    from .embree import EmbreeRenderer

    return EmbreeRenderer()


def _open_gl(threads: int) -> Renderer:
    _prepare_mesa(threads)
    from .gl import GlRenderer

    renderer = GlRenderer()
    started = _mesa_threads()
    if started not in (0, threads):
        log.warning("Mesa draws with %d threads, not %d: it was started so in this process", started, threads)
    return renderer


def _prepare_mesa(threads: int) -> None:
    """What Mesa reads from the environment when it starts. It would otherwise keep shaders in $HOME."""
    os.environ["LP_NUM_THREADS"] = str(threads)
    if "MESA_SHADER_CACHE_DIR" not in os.environ:
        os.environ["MESA_SHADER_CACHE_DISABLE"] = "true"
    # The same for NVIDIA's driver.
    if "__GL_SHADER_DISK_CACHE_PATH" not in os.environ:
        os.environ["__GL_SHADER_DISK_CACHE"] = "0"


def _mesa_threads() -> int:
    """How many threads llvmpipe draws with in this process; 0 where that can not be told, or a GPU draws."""
    names = [path.read_text().strip() for path in sorted(Path("/proc/self/task").glob("*/comm"))]
    return sum(name.startswith("llvmpipe-") for name in names)
