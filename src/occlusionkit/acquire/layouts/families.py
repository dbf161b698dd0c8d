"""Which check belongs to which family of datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from occlusionkit.artifacts.tables import Table

from ..manifest import Dataset
from .coco import index_coco2017, index_crowdpose, index_ochuman, index_ocpose
from .common import LayoutError
from .faces import index_celebamask_hq, index_cofw, index_dtd, index_hands_11k, index_image_mask_pairs
from .motion import index_cmu_mocap, index_mpi_inf_3dhp, index_muco_temp, index_mupots_3d
from .occlusion_person import index_occlusion_person
from .reid import index_market1501, index_reid_sides

# (folder of the dataset, official counts) -> DATASET_INDEX; LayoutError names what is wrong.
Indexer = Callable[[Path, Mapping[str, int]], Table]

FAMILIES: dict[str, Indexer] = {
    "celebamask_hq": index_celebamask_hq,
    "cmu_mocap": index_cmu_mocap,
    "coco": index_coco2017,
    "cofw": index_cofw,
    "crowdpose": index_crowdpose,
    "dtd": index_dtd,
    "hands_11k": index_hands_11k,
    "market1501": index_market1501,
    "mpi_inf_3dhp": index_mpi_inf_3dhp,
    "muco_temp": index_muco_temp,
    "mupots_3d": index_mupots_3d,
    "occluders": index_image_mask_pairs,
    "occlusion_person": index_occlusion_person,
    "ochuman": index_ochuman,
    "ocpose": index_ocpose,
    "realocc": index_image_mask_pairs,
    "reid_sides": index_reid_sides,
}


def index_dataset(dataset: Dataset, root: Path) -> Table:
    """Check a dataset's official layout below `root` and index its files.

    Raises LayoutError naming what is missing, wrong or taken for something else; KeyError for an unknown family.
    """
    if not root.is_dir():
        raise LayoutError(f"{root}: expected {dataset.title}, found no folder; fetch and unpack it first")
    if dataset.family not in FAMILIES:
        raise KeyError(f"dataset {dataset.name}: no layout is known for family {dataset.family!r}")
    return FAMILIES[dataset.family](root, dataset.counts)
