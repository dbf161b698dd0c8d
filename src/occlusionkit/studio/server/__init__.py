"""A server that speaks UnrealCV's protocol, with the studio's rooms and people behind it."""

from .server import Endpoint, serve
from .state import FilmDefaults, StudioLibrary, StudioRoom

__all__ = ["Endpoint", "FilmDefaults", "StudioLibrary", "StudioRoom", "serve"]
