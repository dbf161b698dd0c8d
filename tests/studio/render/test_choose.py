"""Opening, falling back, closing and opening again."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import moderngl
import pytest

from occlusionkit.studio.render import open_renderer
from occlusionkit.studio.render.gl_context import EglMissing


@pytest.fixture
def no_egl(monkeypatch):
    def refuse(*_, **__):
        raise OSError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr(moderngl, "create_context", refuse)


def test_a_missing_egl_says_what_to_install(no_egl):
    with pytest.raises(EglMissing, match=r"libEGL.so.1: cannot open.*apt-get install .*libegl1 .*renderer: embree"):
        open_renderer("gl", threads=1)


def test_auto_falls_back_to_embree_and_says_so(no_egl, caplog):
    with caplog.at_level(logging.INFO), open_renderer("auto", threads=1) as renderer:
        assert renderer.name == "embree"
    assert "embreex" in renderer.description
    assert "libEGL.so.1: cannot open" in caplog.text


def test_auto_takes_gl_where_egl_works(gl, caplog):
    with caplog.at_level(logging.INFO), open_renderer("auto", threads=1) as renderer:
        assert renderer.name == "gl"
        assert renderer.description.startswith("gl: ")
    assert renderer.description in caplog.text


def test_bad_choices_are_refused():
    with pytest.raises(ValueError, match="expected auto, gl or embree, found 'vulkan'"):
        open_renderer("vulkan", threads=1)
    with pytest.raises(ValueError, match="expected 1 or more, found 0"):
        open_renderer("embree", threads=0)


def test_nothing_is_kept_in_the_home_folder(gl):
    assert "MESA_SHADER_CACHE_DIR" in os.environ or os.environ["MESA_SHADER_CACHE_DISABLE"] == "true"


def test_a_closed_renderer_says_so_and_may_be_closed_again(make):
    for name in ("gl", "embree"):
        try:
            renderer = open_renderer(name, threads=1)
        except EglMissing as error:
            pytest.skip(str(error))
        renderer.close()
        renderer.close()
        with pytest.raises(ValueError, match="this renderer has been closed"):
            renderer.render(make.furnished(), make.around(1)[0], outputs=frozenset({"depth"}))


def resident_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_fifty_renderers_one_after_another_leave_nothing_behind(gl, make):
    world, camera = make.furnished(), make.around(1, size_hw=(360, 640))[0]
    used = []
    for _ in range(50):
        with open_renderer("gl", threads=1) as renderer:
            renderer.render(world, camera, outputs=frozenset({"normal"}))  # the simplest to compile
        used.append(resident_mib())
    assert used[-1] - used[9] < 60  # a target of this size takes 4.6 MB, a context more: 200 and more if they stayed


def test_memory_is_bounded_over_many_worlds_and_sizes(make, gl):
    """People move on: what was uploaded for instants gone by is given back."""
    from dataclasses import replace

    world = make.furnished()
    used = []
    for step in range(60):
        camera = make.look_at((2, 0, 1), (0, 0, 1), size_hw=(180 + step, 320))
        gl.render(replace(world), camera, outputs=frozenset({"rgb", "depth"}))
        used.append(resident_mib())
    assert used[-1] - used[5] < 800  # the bounds are 512 MiB of layers and 256 MiB of targets
