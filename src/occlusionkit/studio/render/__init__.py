"""Renderers of worlds: OpenGL on EGL, and ray casting with embree, which needs no OpenGL."""

from .choose import Choice, open_renderer
from .light import BakedLight

__all__ = ["BakedLight", "Choice", "open_renderer"]
