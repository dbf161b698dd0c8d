"""Renderers of worlds: OpenGL on EGL, and ray casting with embree, which needs no OpenGL."""

from .choose import Choice, open_renderer

__all__ = ["Choice", "open_renderer"]
