"""How all charts look, and how they are saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

from ..artifacts import atomic_output

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CHART_STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "figure.dpi": 110,
    "savefig.bbox": "tight",
    "text.color": "#222222",
}


def save_chart(figure: Any, path: Path) -> None:
    """Write a PNG and close the figure. No date and no version in the file: the same data gives the same bytes."""
    with atomic_output(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": None})
    plt.close(figure)
