"""Renderers of worlds (OpenGL on EGL; ray casting with embree, which needs no OpenGL), and light baked beforehand."""

from .bake import bake_light
from .choose import Choice, open_renderer
from .light import BakedLight

__all__ = ["BakedLight", "Choice", "bake_light", "open_renderer"]
