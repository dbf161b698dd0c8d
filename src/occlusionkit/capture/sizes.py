"""What a capture will take on disk, before it runs. Standard library only: rule files import this.

Measured on the default dataset (640x360, JPEG quality 92): 47 kB an image, 89 kB a depth map, 11 kB a mask. Pictures of
more pixels have more even ones: bytes grow with pixels to the power 0.85 (640x360 to 1280x720: 3.2 times, not 4).
"""

from __future__ import annotations

from collections.abc import Mapping

from .plan import PlanSize

_MEASURED_PIXELS = 640 * 360
_GROWTH = 0.85
_PICTURES = {"images": 47_000, "depth": 89_000, "masks": 11_600}
_ROWS = {"labels": 450, "index": 1_000, "annotations": 3_200}


def expected_bytes(size: PlanSize, *, cameras: int, height: int, width: int, keep_depth: bool) -> Mapping[str, int]:
    """Stage -> bytes it will hold at the end of a run, within some tens of percent.

    The dataset's own zips hold images (and depth, where it is kept) a second time, beside the shards'.
    """
    images = size.instants * cameras
    larger = (height * width / _MEASURED_PIXELS) ** _GROWTH
    picture = {name: int(each * larger) * images for name, each in _PICTURES.items()}
    row = {name: each * images for name, each in _ROWS.items()}
    kept = picture["depth"] if keep_depth else 0
    return {
        "captures": picture["images"] + picture["masks"] + kept,
        "dataset": picture["images"] + kept + row["annotations"],
        "labels": row["labels"],
        "index": row["index"],
        "depth maps of a shard, until labelled": 0 if keep_depth else picture["depth"] // size.shards,
    }


def describe_plan(size: PlanSize, *, cameras: int, height: int, width: int, keep_depth: bool) -> str:
    """A few lines for people: how many instants, images, shards, and bytes by stage."""
    lines = [
        f"{size.instants:,} instants x {cameras} cameras = {size.instants * cameras:,} images of {width}x{height} "
        f"in {size.shards:,} shards; about"
    ]
    stages = expected_bytes(size, cameras=cameras, height=height, width=width, keep_depth=keep_depth)
    lines += [f"  {human_bytes(count):>9}  {stage}" for stage, count in stages.items() if count]
    return "\n".join(lines)


def human_bytes(count: int) -> str:
    """1234567 -> "1.2 MB" (powers of 1000)."""
    power = min(max(len(str(count)) - 1, 0) // 3, 4)
    return f"{count / 1000**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB')[power]}"
