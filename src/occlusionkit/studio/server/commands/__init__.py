"""The command table: every template that the server answers, by group."""

from __future__ import annotations

from ..dispatcher import Dispatcher, Route
from . import camera, objects, plugin, scene, studio

ROUTES: tuple[Route, ...] = (*plugin.ROUTES, *scene.ROUTES, *camera.ROUTES, *objects.ROUTES, *studio.ROUTES)


def make_dispatcher() -> Dispatcher:
    return Dispatcher(ROUTES)
