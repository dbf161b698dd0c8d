"""Rendering on demand: each camera of a world is drawn once; its image, depth, mask and normals come from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        self._cameras: Sequence[StudioCamera] = ()

    @contextmanager
    def expecting(self, ahead: Mapping[int, frozenset[Output]], cameras: Sequence[StudioCamera] = ()) -> Iterator[None]:
        """While in here, draw with a camera's first output also those that `ahead` says will be asked for.

        cameras: by index, as they stand now; the next one that will be asked for is drawn while the first is read back.
        """
        self._ahead, self._cameras = ahead, cameras
        try:
            yield
        finally:
            self._ahead, self._cameras = {}, ()

    def frame(self, world: World, index: int, camera: StudioCamera, outputs: frozenset[Output]) -> Frame:
        """At least these outputs of camera `index`, drawing only what is not there yet."""
        if world is not self._world:
            self._frames.clear()
            self._world = world
        drawn, frame = self._frames.get(camera, (frozenset(), Frame()))
        if not outputs <= drawn:
            missing = (outputs | self._ahead.get(index, frozenset())) - drawn
            together = [camera, *self._next_undrawn(index, missing)]
            news = self.renderer.render_many(world, [one.camera() for one in together], outputs=missing)
            kept = [self._keep(one, missing, new) for one, new in zip(together, news, strict=True)]
            frame = kept[0]
        return frame

    def _next_undrawn(self, index: int, missing: frozenset[Output]) -> list[StudioCamera]:
        """The camera after `index`, if it is about to be asked for just the same and is not drawn yet."""
        if self._ahead.get(index + 1) != missing or index + 1 >= len(self._cameras):
            return []
        following = self._cameras[index + 1]
        return [] if following in self._frames else [following]

    def _keep(self, camera: StudioCamera, outputs: frozenset[Output], new: Frame) -> Frame:
        drawn, frame = self._frames.pop(camera, (frozenset[Output](), Frame()))
        known = {f.name: getattr(new, f.name) for f in fields(new) if getattr(new, f.name) is not None}
        while self._frames and sum(map(pixels, [*self._frames, camera])) > MAX_PIXELS:
            self._frames.pop(next(iter(self._frames)))
        merged = replace(frame, **known)
        self._frames[camera] = (drawn | outputs, merged)
        return merged


def pixels(camera: StudioCamera) -> int:
    height, width = camera.size_hw
    return height * width
