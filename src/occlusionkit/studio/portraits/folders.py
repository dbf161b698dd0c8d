"""Where the studio's face data stands below results/data. No numpy: rule files read this."""

from __future__ import annotations

from collections.abc import Mapping

# Set -> what it holds -> folder. Names are those of the published sets (docs/faces.md).
FOLDERS: Mapping[str, Mapping[str, str]] = {
    "clean": {"images": "face/CelebAMask-HQ-WO-Train_img", "masks": "face/CelebAMask-HQ-WO-Train_mask"},
    "occluded": {
        "images": "face/CelebAMask-HQ-O_img",
        "masks": "face/CelebAMask-HQ-O_mask_corrected",
        "whole_masks": "face/CelebAMask-HQ-O_mask",
    },
    "hands": {"images": "face/11k-hands_img", "masks": "face/11k-hands_mask"},
    "objects": {"images": "face/object_image_sr", "masks": "face/object_mask_x4"},
    "textures": {"images": "face/DTD/images"},
    "realocc": {"images": "realocc/image", "masks": "realocc/mask"},
    "realocc_wild": {"images": "realocc_wild/image", "masks": "realocc_wild/mask"},
}
TEST_SETS = ("realocc", "realocc_wild")
