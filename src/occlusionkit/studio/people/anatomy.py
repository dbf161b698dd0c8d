"""The naked body that people are tailored on: anny's template and the shapes it can take.

The only module that knows anny (code Apache-2.0, body data CC0). It works offline: everything is in the wheel.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...geometry import Array


@dataclass(frozen=True, kw_only=True)
class Shape:
    """anny's sliders, each 0..1. gender: 0 male, 1 female. age: 2/3 is about 25 years, 1 is old.

    height runs wild: 0.2 .. 0.6 keeps adults between about 1.5 and 2.0 m. The last three say where the ancestors
    lived, as weights.
    """

    gender: float
    age: float
    height: float
    muscle: float = 0.5
    weight: float = 0.5
    proportions: float = 0.5
    cupsize: float = 0.5
    firmness: float = 0.5
    african: float = 0.5
    asian: float = 0.5
    caucasian: float = 0.5

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0 <= value <= 1:
                raise ValueError(f"shape {name}: expected 0 .. 1, found {value}")


# Regions of every body are drawn on this one: its vertices mean the same place on all others.
REFERENCE = Shape(gender=0.5, age=0.67, height=0.5)


@dataclass(frozen=True, eq=False)
class Figure:
    """One naked body at rest: vertices (N, 3) m and bone heads (B, 3) m, lowest vertex on z = 0, facing -Y."""

    vertices: Array
    heads: Array

    @property
    def height_m(self) -> float:
        return float(np.ptp(self.vertices[:, 2]))


@dataclass(frozen=True, eq=False)
class Anatomy:
    """What all bodies share: faces (M, 3), skinning weights (N, B) dense, bones and parents, and the reference.

    model is anny's own (a torch module), kept for asking it for more shapes and for comparing with it.
    """

    faces: NDArray[np.int64]
    weights: Array
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    reference: Figure
    model: Any

    def figure(self, shape: Shape) -> Figure:
        """The body of this shape."""
        return _figure(self.model, shape)


def load_anatomy(cache: Path) -> Anatomy:
    """anny's template. The first call takes about a minute and leaves 0.9 GB under `cache`; later calls take 1 s."""
    cache.mkdir(parents=True, exist_ok=True)
    # Both libraries read these once, on import, and would else write under $HOME.
    os.environ["ANNY_CACHE_DIR"] = str(cache / "anny")
    os.environ["WARP_CACHE_PATH"] = str(cache / "warp")
    import anny
    import torch
    from anny.paths import set_anny_cache_path

    set_anny_cache_path(cache / "anny")
    # "original" blend shapes: the compact ones cost 20 s to make and would be used for a dozen shapes only.
    # "lbs": torch's own linear blend skinning, which compiles no kernels.
    model = anny.Anny(
        rig="anny", topology="anny", phenotypes="all", phenotype_blendshapes="original", skinning_method="lbs"
    )
    model = model.to(torch.float32).eval()
    bones, parents = tuple(model.bone_labels), tuple(int(parent) for parent in model.bone_parents)
    indices, values = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.numpy()
    weights = np.zeros((len(indices), len(bones)), np.float64)
    np.add.at(weights, (np.arange(len(indices))[:, None], indices), values)
    return Anatomy(
        faces=model.faces.numpy().astype(np.int64),
        weights=weights / weights.sum(axis=1, keepdims=True),
        bones=bones,
        parents=parents,
        reference=_figure(model, REFERENCE),
        model=model,
    )


def _figure(model: Any, shape: Shape) -> Figure:
    import torch

    sliders = {name: torch.tensor([value], dtype=torch.float32) for name, value in asdict(shape).items()}
    with torch.no_grad():
        rest = model(phenotype_kwargs=sliders)
    vertices = rest["rest_vertices"][0].numpy().astype(np.float64)
    heads = rest["rest_bone_heads"][0].numpy().astype(np.float64)
    floor = np.array([0.0, 0.0, vertices[:, 2].min()])
    return Figure(vertices=vertices - floor, heads=heads - floor)
