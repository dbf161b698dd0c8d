"""Occlusion-Person as it was acquired (archives, checked and unpacked), brought to the same index as the studio's."""

from __future__ import annotations

import numpy as np

from ..acquire.schemas import DATASET_INDEX, OCCLUSION_PERSON_ITEMS
from ..artifacts.schemas import INDEX
from ..artifacts.tables import Table, make_table
from ..geometry import Array

_IMAGES = "unrealcv/images.zip@/images/"


def index_of_acquired(items: Table, files: Table) -> Table:
    """Annotation items and the dataset's files -> the index; what a release does not hold is NaN or none.

    items: OCCLUSION_PERSON_ITEMS;  files: DATASET_INDEX, for the images' sizes.  The published release has labels but
    neither depth nor masks, so gaps are NaN and causes unknown.  ValueError for items without an image.
    """
    for table, schema in ((items, OCCLUSION_PERSON_ITEMS), (files, DATASET_INDEX)):
        if table.schema != schema:
            raise ValueError(f"acquired dataset: expected a {schema.name} table, found {table.schema.name}")
    shape = items["visible"].shape
    same = {c.name for c in INDEX.columns} & set(items.columns)
    return make_table(
        INDEX,
        {
            **{name: items[name] for name in same},
            "image_id": items["image_id"].astype(np.int32),
            "size_hw": _sizes(items["image"].tolist(), files),
            "gap_m": np.full(shape, np.nan),
            "instance_hit": np.zeros(shape, np.int32),
            "hidden_by": np.zeros(shape, np.uint8),
        },
    )


def _sizes(images: list[str], files: Table) -> Array:
    """(N, 2) height and width of each image, from the checked files; images.zip or an unpacked images/ folder."""
    is_image = files["kind"] == "image"
    paths = (str(path).replace("unrealcv/images/", _IMAGES) for path in files["path"][is_image])
    sizes = dict(zip(paths, files["size_hw"][is_image], strict=True))
    missing = [image for image in images if _IMAGES + image not in sizes]
    if missing:
        raise ValueError(
            f"acquired dataset: expected an image for every annotation, found none for {len(missing)} of "
            f"{len(images)}, the first {missing[0]}; the files index starts with {next(iter(sizes), 'nothing')}"
        )
    return np.array([sizes[_IMAGES + image] for image in images]).astype(np.int32)
