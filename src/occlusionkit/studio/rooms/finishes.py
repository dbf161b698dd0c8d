"""The surfaces of the house: a few woods, cloths, stones and metals that go together."""

from __future__ import annotations

from .pieces import Finish

OAK = Finish("oak", "#d3ae7c", "wood", 1.1, 0.6)
PALE_OAK = Finish("oak", "#dfc69c", "wood", 1.1, 0.65)
WALNUT = Finish("walnut", "#8a5d3f", "wood", 1.1, 0.5)
DARK_WALNUT = Finish("walnut", "#5d3f2e", "wood", 1.1, 0.5)
BLACK_WOOD = Finish("ebony", "#35302c", "wood", 1.1, 0.55)
WHITE_LACQUER = Finish("lacquer", "#ece9e2", "paint", 1.0, 0.35)
STEEL = Finish("steel", "#a7a9aa", None, 1.0, 0.3)
BLACK_STEEL = Finish("steel", "#2a2a2c", None, 1.0, 0.45)
BRASS = Finish("brass", "#b08d4f", None, 1.0, 0.3)
GLASS_BLACK = Finish("glass", "#16181b", None, 1.0, 0.12)
PORCELAIN = Finish("porcelain", "#efece6", None, 1.0, 0.3)
PAPER = Finish("paper", "#ece7dc", None, 1.0, 0.9)
BASKET = Finish("basket", "#b08d62", "weave", 0.16, 0.95)
TERRACOTTA = Finish("terracotta", "#b8704d", "plaster", 0.6, 0.9)
SOIL = Finish("soil", "#3b2d22", "boucle", 0.3, 1.0)
LEAF = Finish("leaves", "#54793f", "foliage", 0.4, 0.6)
WHITE_LINEN = Finish("linen", "#efebe3", "linen", 0.5, 0.95)
LAMP_SHADE = Finish("shade", "#fbf3e2", "linen", 0.4, 0.95)
BARK = Finish("bark", "#8b7257", "bark", 0.4, 0.95)


def weave(color: str) -> Finish:
    return Finish("fabric", color, "weave", 0.35, 0.95)


def linen(color: str) -> Finish:
    return Finish("linen", color, "linen", 0.5, 0.95)


def boucle(color: str) -> Finish:
    return Finish("boucle", color, "boucle", 0.25, 1.0)


def leather(color: str) -> Finish:
    return Finish("leather", color, "leather", 0.45, 0.45)


def quilt(color: str) -> Finish:
    return Finish("quilt", color, "quilt", 0.7, 0.95)


def lacquer(color: str) -> Finish:
    return Finish("lacquer", color, "paint", 1.0, 0.4)


def paint(color: str) -> Finish:
    return Finish("paint", color, "paint", 1.6, 0.9)


def plain(name: str, color: str, *, roughness: float = 0.6) -> Finish:
    """A surface without texture: plastic, metal, glass."""
    return Finish(name, color, None, 1.0, roughness)
