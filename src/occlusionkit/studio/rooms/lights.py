"""Lamps and daylight as the renderers know them: points with a strength and a softness."""

from __future__ import annotations

from ..world import Light

Tint = tuple[float, float, float]
WARM: Tint = (1.0, 0.86, 0.68)
NEUTRAL: Tint = (1.0, 0.96, 0.90)
COOL: Tint = (0.88, 0.95, 1.0)
DAY: Tint = (0.92, 0.97, 1.0)


def light(
    name: str, x: float, y: float, z: float, *, strength: float, tint: Tint = NEUTRAL, radius_m: float = 0.2
) -> Light:
    """A light at (x, y, z) m; strength is its intensity relative to 1 (irradiance 1 at a metre)."""
    red, green, blue = (strength * channel for channel in tint)
    return Light(name, (x, y, z), (red, green, blue), radius_m)
