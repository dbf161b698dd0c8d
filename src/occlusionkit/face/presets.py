"""The paper's generated sets, and which sets each of its nine training sets is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from .settings import (
    BlurSettings,
    FaceSetSettings,
    OutputSettings,
    PlacementSettings,
    TransferSettings,
    TransparencySettings,
)


def natocc_hand(*, transfer: bool = False) -> FaceSetSettings:
    """Hands on faces, fingers towards the face's centre; with `transfer`, in the face's colours (NatOcc-SOT)."""
    method = TransferSettings(method="sot" if transfer else "none")
    return FaceSetSettings(mode="natocc", name="natocc_hand", seed=2, transfer=method)


def natocc_objects() -> FaceSetSettings:
    """COCO objects on faces, with occlusion masks; turned like the hands, as upstream's config has it."""
    return FaceSetSettings(mode="natocc", name="natocc_objects", seed=2, output=OutputSettings(occlusion_mask=True))


def randocc() -> FaceSetSettings:
    """Textured blobs on faces, sometimes see-through."""
    return FaceSetSettings(
        mode="randocc",
        name="randocc",
        seed=1,
        placement=PlacementSettings(rotate_around_center=False),
        transparency=TransparencySettings(probability=0.3),
    )


# Side of the images that the paper's sizes in pixels are meant for.
PAPER_SIDE_PX = 1024


def scaled_to(settings: FaceSetSettings, side_px: int) -> FaceSetSettings:
    """The settings with all sizes in pixels (blurs, edges, smoothing of transferred colours) made for images of another
    side than the paper's 1024 px. At 160 px the paper's own would blur hands until their fingers run together.

    Kernels stay odd; the occluder's edge is softened over one pixel at least, so that it is not jagged.
    """
    factor = side_px / PAPER_SIDE_PX
    edge = settings.edge
    return replace(
        settings,
        occluder=replace(settings.occluder, blur=_scaled_blur(settings.occluder.blur, factor)),
        image=replace(settings.image, blur=_scaled_blur(settings.image.blur, factor)),
        edge=replace(
            edge,
            erode_px=_odd(edge.erode_px * factor),
            blur_px=max(3, _odd(edge.blur_px * factor)),
            band_px=max(3, _odd(edge.band_px * factor)),
            band_iterations=max(1, round(edge.band_iterations * factor)),
            band_blur_px=max(3, _odd(edge.band_blur_px * factor)),
        ),
        transfer=replace(
            settings.transfer,
            smooth_sigma_px=max(0.1, settings.transfer.smooth_sigma_px * factor),
            smooth_radius_px=round(settings.transfer.smooth_radius_px * factor),
        ),
    )


def _scaled_blur(blur: BlurSettings, factor: float) -> BlurSettings:
    (small, large), (low, high) = blur.kernel_px, blur.sigma_px
    return replace(
        blur,
        kernel_px=(_odd(small * factor), _odd(large * factor)),
        sigma_px=(max(0.01, low * factor), max(0.01, high * factor)),
    )


def _odd(size_px: float) -> int:
    """The odd number nearest to a size, 1 at least."""
    return max(1, 2 * round((size_px - 1) / 2) + 1)


# clean: faces nothing hides; occluded_original: truly occluded faces, the occluder labelled as face; occluded: the same
# with corrected labels.
Photos = Literal["clean", "occluded_original", "occluded"]


@dataclass(frozen=True)
class TrainingSet:
    """photos: groups of photographs; generated: names of GENERATED, one image of each for every clean photograph."""

    photos: tuple[Photos, ...]
    generated: tuple[str, ...] = ()


GENERATED: Mapping[str, FaceSetSettings] = {
    "natocc_hand": natocc_hand(),
    "natocc_hand_sot": natocc_hand(transfer=True),
    "natocc_objects": natocc_objects(),
    # All draws derive from a set's name: the two RandOcc sets differ, while the two hand sets differ in colour alone.
    "randocc_1": replace(randocc(), name="randocc_1"),
    "randocc_2": replace(randocc(), name="randocc_2"),
}

# Table 2 of the paper. Mix takes one of the two RandOcc sets, "half of RandOcc".
TRAINING_SETS: Mapping[str, TrainingSet] = {
    "C-Original": TrainingSet(("clean", "occluded_original")),
    "C-CM": TrainingSet(("clean", "occluded")),
    "C-WO": TrainingSet(("clean",)),
    "C-WO + NatOcc": TrainingSet(("clean",), ("natocc_hand", "natocc_objects")),
    "C-WO + NatOcc-SOT": TrainingSet(("clean",), ("natocc_hand_sot", "natocc_objects")),
    "C-WO + RandOcc": TrainingSet(("clean",), ("randocc_1", "randocc_2")),
    "C-WO + Mix": TrainingSet(("clean",), ("natocc_hand", "natocc_objects", "randocc_1")),
    "C-CM + NatOcc": TrainingSet(("clean", "occluded"), ("natocc_hand", "natocc_objects")),
    "C-CM + NatOcc-SOT": TrainingSet(("clean", "occluded"), ("natocc_hand_sot", "natocc_objects")),
}
