"""Where faces and occluders stand on disk, as upstream's folders are called. No numpy: rule files read this."""

from __future__ import annotations

from collections.abc import Mapping

from .presets import TRAINING_SETS, TrainingSet

# Group of photographs -> folder of images, folder of masks.
FACE_FOLDERS: Mapping[str, tuple[str, str]] = {
    "clean": ("CelebAMask-HQ-WO-Train_img", "CelebAMask-HQ-WO-Train_mask"),
    "occluded_original": ("CelebAMask-HQ-O_img", "CelebAMask-HQ-O_mask"),
    "occluded": ("CelebAMask-HQ-O_img", "CelebAMask-HQ-O_mask_corrected"),
}
_HANDS = ("11k-hands_img", "11k-hands_mask")
# Generated set -> photographs of its occluders and their masks, or textures.
OCCLUDER_FOLDERS: Mapping[str, tuple[str, ...]] = {
    "natocc_hand": _HANDS,
    "natocc_hand_sot": _HANDS,
    "natocc_objects": ("object_image_sr", "object_mask_x4"),
    "randocc_1": ("DTD/images",),
    "randocc_2": ("DTD/images",),
}
# Test set -> its name in the paper's Table 2.
TEST_SETS: Mapping[str, str] = {"realocc": "RealOcc", "cofw": "COFW (train)", "realocc_wild": "RealOcc-Wild"}


def set_slug(name: str) -> str:
    """'C-WO + NatOcc-SOT' -> 'c-wo_natocc-sot', for names of files and folders."""
    return name.lower().replace(" + ", "_").replace(" ", "-")


def training_set(name: str) -> TrainingSet:
    """One of TRAINING_SETS; ValueError with the names there are, for another one."""
    if name not in TRAINING_SETS:
        raise ValueError(f"training set {name!r}: expected one of {', '.join(TRAINING_SETS)}")
    return TRAINING_SETS[name]


def groups_of(name: str) -> tuple[str, ...]:
    """Groups of photographs and generated sets of one of TRAINING_SETS."""
    parts = training_set(name)
    return (*parts.photos, *parts.generated)
