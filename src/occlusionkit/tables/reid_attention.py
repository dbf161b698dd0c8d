"""Figures of how re-ID networks are trained and what they look at: simulated occlusions, and evidence maps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..artifacts import Table, read_table, write_table
from ..artifacts.tables import Column, Schema, make_table
from ..images import Image
from ..learning.seeds import item_rng
from ..reid.augment import AugmentSettings, augment
from ..reid.crops import read_resized
from ..reid.data import CROPS
from ..reid.erasing import ErasingSettings, erase
from ..reid.features import embed_images
from ..reid.model import ReidNet, load_net
from ..reid.saliency import evidence_maps, overlay, share_inside, shared_limit
from ..reid.simulator import BorderPool, SimulatorSettings, simulate_occlusion
from .drawing import tile
from .figures import write_picture

_HEIGHT_PX = 192
_LABEL_PX = 22
# Between people who stand side by side in a figure.
_GAP_PX = 28
_GREY = 128

PATCH_EVIDENCE = Schema(
    name="reid_patch_evidence",
    doc="How much of the evidence for a right match lies on a simulated patch, over the patch's share of the picture.",
    key=("method",),
    columns=(
        Column("method", "string", "how the network was trained"),
        Column("images", "int64", "whole images of people who were not trained on, each with one patch"),
        Column("patch_area", "float64", "mean share of the picture that is covered"),
        Column("evidence", "float64", "mean over images; 1: blind to the patch, 0: looks past it", nullable=True),
        Column("standard_error", "float64", "of that mean", nullable=True),
    ),
)


def draw_simulated(
    images: Sequence[Image], simulator: SimulatorSettings, erasing: ErasingSettings, augmentation: AugmentSettings
) -> Image:
    """One row for each crop (H, W, 3): as it is, four simulated occlusions, two erased boxes, all of which training may
    see. images: at least two, as patches come from the others."""
    pool, rows = BorderPool(images), list[Image]()
    law = dataclasses.replace(simulator.at(1.0), probability=1.0)
    always = dataclasses.replace(erasing, probability=1.0)
    for item, image in enumerate(images):
        views = [image]
        for number in range(4):
            rng = item_rng(0, number, f"simulated {item}")
            views.append(simulate_occlusion(augment(image, rng, augmentation), pool, rng, law, item=item)[0])
        for number in range(2):
            rng = item_rng(0, number, f"erased {item}")
            views.append(erase(augment(image, rng, augmentation), rng, always)[0])
        rows += [_scaled(view) for view in views]
    titles = ["crop", *["simulated"] * 4, *["erased"] * 2]
    return _with_titles(tile(rows, columns=len(titles)), titles, columns=len(titles))


def draw_attention(
    networks: Mapping[str, ReidNet],
    crops: NDArray[np.uint8],
    references: NDArray[np.uint8],
    *,
    columns: int,
    show_pictures: bool = True,
) -> Image:
    """Query crops and, for each network, where it finds what makes them like the reference, a picture of the same
    person. networks: title -> network;  crops, references (N, H, W, 3) of one size;  columns: people side by side;
    show_pictures: else flat grey stands for the people, and only the evidence is drawn."""
    found = {}
    for title, model in networks.items():
        maps = evidence_maps(model, crops, embed_images(model, references))
        found[title] = (maps, shared_limit([maps]))
    titles = ["query", "gallery", *networks]
    rows = []
    drawn = [crops, references] if show_pictures else [np.full_like(crops, _GREY), np.full_like(references, _GREY)]
    for number, (crop, reference) in enumerate(zip(*drawn, strict=True)):
        pictures = [_scaled(crop), _scaled(reference)]
        pictures += [_scaled(overlay(crop, maps[number], limit=limit)) for maps, limit in found.values()]
        rows.append(tile(pictures, columns=len(titles)))
    rows += [np.full_like(rows[0], 255)] * (-len(rows) % columns)
    parts = [
        _with_titles(tile(rows[start::columns], columns=1), titles, columns=len(titles)) for start in range(columns)
    ]
    gap = np.full((parts[0].shape[0], _GAP_PX, 3), 255, np.uint8)
    return np.concatenate([piece for part in parts for piece in (gap, part)][1:], axis=1)


def patch_evidence(networks: Mapping[str, ReidNet], crops: NDArray[np.uint8], simulator: SimulatorSettings) -> Table:
    """PATCH_EVIDENCE: every crop, with a patch, is compared with itself without; where do networks see the likeness?

    crops (N, H, W, 3): whole images of people not trained on.
    """
    law = dataclasses.replace(simulator.at(1.0), probability=1.0)
    pool = BorderPool(crops)
    pairs = [simulate_occlusion(crop, pool, item_rng(0, 0, n), law, item=n) for n, crop in enumerate(crops)]
    patched, hidden = np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])
    rows = {}
    for title, model in networks.items():
        shares = share_inside(evidence_maps(model, patched, embed_images(model, crops)), hidden)
        shares = shares[~np.isnan(shares)]
        rows[title] = (float(shares.mean()), float(shares.std(ddof=1) / np.sqrt(len(shares))))
    return make_table(
        PATCH_EVIDENCE,
        {
            "method": list(rows),
            "images": np.full(len(rows), len(crops)),
            "patch_area": np.full(len(rows), hidden.mean()),
            "evidence": np.array([mean for mean, _ in rows.values()]),
            "standard_error": np.array([error for _, error in rows.values()]),
        },
    )


def attention_of_dataset(
    index: Path,
    images: Path,
    weights: Sequence[Path],
    *,
    simulated: Path,
    attention: Path,
    evidence: Path,
    people: int,
    show_pictures: bool,
    simulator: SimulatorSettings,
    erasing: ErasingSettings,
    augmentation: AugmentSettings,
) -> dict[str, Any]:
    """Draw both figures and write PATCH_EVIDENCE, all on people that none of the networks was trained on.

    weights: of one training of each method, on the same people of this dataset;  people: shown in each figure;
    show_pictures: false for pictures of real people that are not to be shown; flat greys stand for them.
    """
    rows = read_table(index, CROPS)
    networks, size_hw, trained = _networks(weights)
    held_out = sorted(set(rows["identity"].tolist()) - trained)
    pairs = _first_pairs(rows, held_out, people)
    crops = read_resized(images, [path for pair in pairs for path in pair], size_hw=size_hw)
    columns = 2 if people > 4 else 1
    sheet = draw_attention(networks, crops[::2], crops[1::2], columns=columns, show_pictures=show_pictures)
    write_picture(attention, sheet)
    whole = rows.take(np.flatnonzero(np.isin(rows["identity"], held_out) & (rows["role"] == "gallery")))
    table = patch_evidence(networks, read_resized(images, whole["path"].tolist(), size_hw=size_hw), simulator)
    write_table(evidence, table)
    learned = _first_pairs(rows, sorted(trained), 4)
    shown = read_resized(images, [gallery for _, gallery in learned], size_hw=size_hw)
    if not show_pictures:
        shown = np.stack([np.full_like(one, _GREY + 20 * number) for number, one in enumerate(shown)])
    write_picture(simulated, draw_simulated(list(shown), simulator, erasing, augmentation))
    return {"people": len(pairs), "images": len(whole)}


def _networks(weights: Sequence[Path]) -> tuple[dict[str, ReidNet], tuple[int, int], set[int]]:
    """Networks by their methods' names, the size of crops they look at, and everyone they were trained on."""
    loaded = [load_net(path) for path in weights]
    sizes = sorted({card.size_hw for _, card in loaded})
    if len(sizes) != 1:
        raise ValueError(f"figures of attention: expected networks that look at crops of one size, found {sizes}")
    trained = {person for _, card in loaded for person in card.identities}
    return {card.method: model for model, card in loaded}, sizes[0], trained


def _first_pairs(rows: Table, people: Sequence[int], count: int) -> list[tuple[str, str]]:
    """Paths of a query and a gallery image of `count` people, spread over `people`: the first of each side."""

    def paths(person: int, role: str) -> list[str]:
        return sorted(rows["path"][(rows["identity"] == person) & (rows["role"] == role)].tolist())

    able = [person for person in people if paths(person, "query") and paths(person, "gallery")]
    if not able:
        raise ValueError("figures of attention: expected people with an occluded and a whole image, found none")
    chosen = sorted({round(at) for at in np.linspace(0, len(able) - 1, min(count, len(able)))})
    return [(paths(able[at], "query")[0], paths(able[at], "gallery")[0]) for at in chosen]


def _scaled(image: Image) -> Image:
    width = round(image.shape[1] * _HEIGHT_PX / image.shape[0])
    scaled: Image = cv2.resize(image, (width, _HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return scaled


def _with_titles(sheet: Image, titles: Sequence[str], *, columns: int) -> Image:
    """The sheet under a white band with one title over each column."""
    band = np.full((_LABEL_PX, sheet.shape[1], 3), 255, np.uint8)
    step = (sheet.shape[1] + 4) / columns
    for number, title in enumerate(titles):
        at = (round(number * step) + 2, _LABEL_PX - 7)
        cv2.putText(band, title, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (40, 40, 40), 1, cv2.LINE_AA)
    return np.concatenate([band, sheet])
