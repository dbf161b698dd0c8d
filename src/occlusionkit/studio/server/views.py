"""Rendering on demand: each camera of a world is drawn once; its image, depth, mask and normals come from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace

from ..world import Frame, Output, Renderer, World
from .cameras import StudioCamera

# 72 cameras of 640x360, 18 of 1280x720; up to 23 bytes each where every output was asked for.
MAX_PIXELS = 2**24


class Views:
    """Frames of the newest world, by camera. What was drawn is kept until another world is asked for."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._world: World | None = None
        self._frames: dict[StudioCamera, tuple[frozenset[Output], Frame]] = {}
        self._ahead: Mapping[int, frozenset[Output]] = {}

    @contextmanager
    def expecting(self, ahead: Mapping[int, frozenset[Output]]) -> Iterator[None]:
        """While in here, draw with a camera's first output also those that `ahead` says will be asked for."""
        self._ahead = ahead
        try:
            yield
        finally:
            self._ahead = {}

    def frame(self, world: World, index: int, camera: StudioCamera, outputs: frozenset[Output]) -> Frame:
        """At least these outputs of camera `index`, drawing only what is not there yet."""
        if world is not self._world:
            self._frames.clear()
            self._world = world
        drawn, frame = self._frames.get(camera, (frozenset(), Frame()))
        if not outputs <= drawn:
            missing = (outputs | self._ahead.get(index, frozenset())) - drawn
            new = self.renderer.render(world, camera.camera(), outputs=missing)
            frame = replace(
                frame, **{f.name: getattr(new, f.name) for f in fields(new) if getattr(new, f.name) is not None}
            )
            self._frames.pop(camera, None)
            while self._frames and sum(map(pixels, [*self._frames, camera])) > MAX_PIXELS:
                self._frames.pop(next(iter(self._frames)))
            self._frames[camera] = (drawn | missing, frame)
        return frame


def pixels(camera: StudioCamera) -> int:
    height, width = camera.size_hw
    return height * width
