"""`occlusionkit natocc`, `randocc` and `face ...`: the main command mounts `app` without a name and `face_app` as face.

app.add_typer(faces.app)                         # natocc, randocc
app.add_typer(faces.face_app, name="face")       # face segment, face score, face mask-plain-ground
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from .generate import OnBad
from .presets import natocc_hand
from .presets import randocc as randocc_preset
from .progress import progress
from .settings import Device, FaceSetSettings
from .settings_files import SetFolders, read_settings, read_upstream_config, replaced

# Images whose colours are transferred at once on a GPU; on a CPU it gains nothing.
GPU_BATCH = 16

app = typer.Typer()
face_app = typer.Typer(help="Visible faces found and scored, and masks of occluders photographed on a plain ground.")

Faces = Annotated[Path | None, typer.Option(help="Folder of face images.")]
Masks = Annotated[Path | None, typer.Option(help="Folder of their masks: <stem>.png, 0/1 or 0/255, or label maps.")]
Out = Annotated[Path | None, typer.Option(help="Folder to make: img/, mask/, manifest.parquet.")]
Seed = Annotated[int | None, typer.Option(help="Other draws for the same images.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes; any number gives the same files.")]
MaskValue = Annotated[int | None, typer.Option(help="The face in the masks written: 1 (looks black) or 255.")]
Classes = Annotated[bool, typer.Option("--classes", help="Masks are label maps of CelebAMask-HQ; labels are kept.")]
ResizeMasks = Annotated[bool, typer.Option("--resize-masks", help="Resize masks of another size than their image.")]
KeepPhoto = Annotated[bool, typer.Option("--keep-photo", help="No blur, flip or brightness of the whole image.")]
Skip = Annotated[bool, typer.Option("--skip-bad", help="Leave unusable faces out, listed with the reason, and go on.")]
Config = Annotated[Path | None, typer.Option(help="YAML with any setting (docs/faces.md); options here win over it.")]
Upstream = Annotated[
    Path | None,
    typer.Option(help="One of upstream's YAML configs, e.g. natocc_hand.yaml; folders given here win over its."),
]


@app.command()
def natocc(
    faces: Faces = None,
    masks: Masks = None,
    occluders: Annotated[Path | None, typer.Option(help="Folder of photos of hands or objects.")] = None,
    occluder_masks: Annotated[
        Path | None, typer.Option(help="Folder of their masks; without it, the photos' alpha channels.")
    ] = None,
    out: Out = None,
    transfer: Annotated[
        bool | None, typer.Option("--transfer/--no-transfer", help="Occluders in the face's colours (NatOcc-SOT).")
    ] = None,
    rotate: Annotated[
        bool | None, typer.Option("--rotate/--no-rotate", help="Lower edge (fingers) towards the face's centre.")
    ] = None,
    device: Annotated[Device | None, typer.Option(help="Where the colour transfer runs; cpu unless told.")] = None,
    seed: Seed = None,
    workers: Workers = 1,
    mask_value: MaskValue = None,
    classes: Classes = False,
    resize_masks: ResizeMasks = False,
    keep_photo: KeepPhoto = False,
    skip_bad: Skip = False,
    config: Config = None,
    upstream_config: Upstream = None,
) -> None:
    """Paste photographed hands or objects on faces; write images, visible-face masks and a manifest."""
    given = {"faces": faces, "masks": masks, "occluders": occluders, "occluder_masks": occluder_masks, "out": out}
    changes: dict[str, Any] = {"transfer": {}}
    if device is not None:
        changes["transfer"] |= {"device": device, "batch": GPU_BATCH if device == "cuda" else 1}
    if transfer is not None:
        changes["transfer"]["method"] = "sot" if transfer else "none"
    if rotate is not None:
        changes["placement"] = {"rotate_around_center": rotate}
    common = _common(
        seed=seed, mask_value=mask_value, classes=classes, resize_masks=resize_masks, keep_photo=keep_photo
    )
    settings, folders = _chosen(natocc_hand(), given, changes | common, config, upstream_config)
    _make(folders, settings, workers=workers, on_bad="skip" if skip_bad else "stop")


@app.command()
def randocc(
    faces: Faces = None,
    masks: Masks = None,
    textures: Annotated[
        Path | None, typer.Option(help="Folder of textures, in folders by class (DTD) or flat.")
    ] = None,
    out: Out = None,
    seed: Seed = None,
    workers: Workers = 1,
    mask_value: MaskValue = None,
    classes: Classes = False,
    resize_masks: ResizeMasks = False,
    keep_photo: KeepPhoto = False,
    skip_bad: Skip = False,
    config: Config = None,
    upstream_config: Upstream = None,
) -> None:
    """Paste random textured blobs on faces; write images, visible-face masks and a manifest."""
    given = {"faces": faces, "masks": masks, "occluders": textures, "out": out}
    changes = _common(
        seed=seed, mask_value=mask_value, classes=classes, resize_masks=resize_masks, keep_photo=keep_photo
    )
    settings, folders = _chosen(randocc_preset(), given, changes, config, upstream_config)
    _make(folders, settings, workers=workers, on_bad="skip" if skip_bad else "stop")


def _common(
    *, seed: int | None, mask_value: int | None, classes: bool, resize_masks: bool, keep_photo: bool
) -> dict[str, Any]:
    """Settings for the options that were given."""
    changes: dict[str, Any] = {}
    if seed is not None:
        changes["seed"] = seed
    if mask_value is not None:
        changes["output"] = {"mask_value": mask_value}
    source: dict[str, Any] = {"resize_masks": True} if resize_masks else {}
    if classes:
        source["mask_kind"] = "classes"
    if source:
        changes["source"] = source
    if keep_photo:
        changes["image"] = {"enabled": False}
    return changes


def _chosen(
    preset: FaceSetSettings,
    given: dict[str, Path | None],
    changes: dict[str, Any],
    config: Path | None,
    upstream_config: Path | None,
) -> tuple[FaceSetSettings, SetFolders]:
    """Preset, then a config file, then single options; folders from upstream's config, then from options."""
    if config is not None and upstream_config is not None:
        raise typer.BadParameter("expected one of the two, found both", param_hint="--config / --upstream-config")
    settings, known = preset, {}
    given = {name: path for name, path in given.items() if path is not None}
    if upstream_config is not None:
        settings, folders = read_upstream_config(upstream_config, seed=preset.seed)
        known = dataclasses.asdict(folders)
    elif config is not None:
        settings = read_settings(config, start=preset)
    if settings.mode != preset.mode:
        raise typer.BadParameter(f"expected mode {preset.mode}, found {settings.mode}", param_hint="the config file")
    paths = {name: path for name, path in (known | given).items() if path is not None}
    missing = [name for name in ("faces", "masks", "occluders", "out") if name not in paths]
    if missing:
        named = [name if name != "occluders" or preset.mode == "natocc" else "textures" for name in missing]
        raise typer.BadParameter("expected a folder, found nothing", param_hint=" / ".join(f"--{n}" for n in named))
    folders = SetFolders(
        faces=paths["faces"],
        masks=paths["masks"],
        occluders=paths["occluders"],
        occluder_masks=paths.get("occluder_masks"),
        out=paths["out"],
    )
    try:
        return replaced(settings, changes), folders
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _make(folders: SetFolders, settings: FaceSetSettings, *, workers: int, on_bad: OnBad) -> None:
    from .sets import make_set  # torch: not needed to show help

    with progress("images") as report:
        summary = make_set(folders, settings, workers=workers, on_bad=on_bad, report=report)
    typer.echo(f"{folders.out}: {summary.made} images, {summary.skipped} skipped; {summary.manifest.name} lists them")


@face_app.command()
def score(
    masks: Annotated[Path, typer.Option(help="Folder of predicted masks.")],
    truth: Annotated[Path, typer.Option(help="Folder of true masks of the same names.")],
    out: Annotated[Path | None, typer.Option(help="Parquet file for one row per image.")] = None,
    summary_json: Annotated[Path | None, typer.Option("--summary", help="JSON file for the set's scores.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="manifest.parquet of the set, for hidden fractions.")] = None,
    face_class: Annotated[
        list[int] | None, typer.Option(help="Masks are label maps and this is a face class; may be repeated.")
    ] = None,
) -> None:
    """Score predicted face masks: mIoU, face IoU, Dice, accuracy, Boundary IoU; by hidden fraction with a manifest."""
    from ..artifacts import write_json, write_table
    from .score_folders import score_folders, summary

    with progress("masks") as report:
        table = score_folders(masks, truth, face_classes=face_class, manifest=manifest, report=report)
    scores = summary(table)
    if out is not None:
        write_table(out, table)
    if summary_json is not None:
        write_json(summary_json, scores)
    low, high = scores["interval_95"]["miou"]
    for name, value in scores["set"].items():
        interval = f"   95% interval {low:.4f} .. {high:.4f}" if name == "miou" and low is not None else ""
        typer.echo(f"{name:16s}{'-' if value is None else f'{value:.4f}'}{interval}")
    for row in scores["by_hidden_fraction"]:
        typer.echo(
            f"hidden {row['low']:.1f}..{row['high']:.1f}  {row['images']:6.0f} images  face IoU {row['face_iou']:.4f}"
        )


@face_app.command()
def segment(
    images: Annotated[Path, typer.Option(help="Folder of images of any sizes.")],
    weights: Annotated[Path, typer.Option(help="weights.pt of a trained network, model.json beside it.")],
    out: Annotated[Path, typer.Option(help="Folder to make: <stem>.png, 0/255, at each image's size.")],
    network: Annotated[
        str | None, typer.Option(help="The network's name, for weights without a model.json (docs/faces.md).")
    ] = None,
    size_px: Annotated[
        int | None, typer.Option(help="Side of the square it was trained at, for weights without a model.json.")
    ] = None,
    device: Annotated[
        str, typer.Option(help="auto, cpu, cuda or cuda:1; auto takes a GPU where there is one.")
    ] = "auto",
    threads: Annotated[int, typer.Option(min=1, help="CPU threads.")] = 1,
    batch: Annotated[int, typer.Option(min=1, help="Images computed at once.")] = 16,
    threshold: Annotated[float, typer.Option(help="Least probability that counts as face.")] = 0.5,
    scale: Annotated[
        list[float] | None, typer.Option(help="Average over this factor on the size too; may be repeated.")
    ] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Average over mirrored images too.")] = False,
    overlays: Annotated[bool, typer.Option("--overlays", help="Also write overlay/<stem>.jpg, faces tinted.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on without images that cannot be read.")] = False,
) -> None:
    """Find the visible part of the face in every image of a folder, with a trained network."""
    if not 0 < threshold < 1:
        raise typer.BadParameter(f"expected a probability in (0, 1), found {threshold}", param_hint="--threshold")
    if (network is None) != (size_px is None):
        raise typer.BadParameter("expected both or none of them", param_hint="--network / --size-px")
    from ..learning.devices import pick_device  # torch: not needed to show help
    from .model_card import CARD_NAME, ModelCard, read_card
    from .predict import TestTime, inference_threads, load_network
    from .segment import segment_folder

    card = (
        read_card(weights.with_name(CARD_NAME))
        if network is None or size_px is None
        else ModelCard(network=network, size_px=size_px)
    )
    chosen = pick_device(device)
    with inference_threads(threads), progress("images") as report:
        done = segment_folder(
            load_network(weights, card, device=chosen),
            images,
            out,
            size_px=card.size_px,
            test_time=TestTime(scales=tuple(scale or (1.0,)), flip=flip, threshold=threshold, batch=batch),
            device=chosen,
            overlays=overlays,
            on_bad="skip" if skip_bad else "stop",
            report=report,
        )
    for reason in done.skipped.values():
        typer.echo(f"skipped: {reason}", err=True)
    typer.echo(f"{out}: {done.made} masks, {len(done.skipped)} skipped")


@face_app.command()
def mask_plain_ground(
    images: Annotated[Path, typer.Option(help="Folder of photographs, one thing each on a plain ground.")],
    masks: Annotated[Path, typer.Option(help="Folder for the masks, <stem>.png, 0/255.")],
    min_chroma: Annotated[float | None, typer.Option(help="Smallest difference in colour that counts (Lab).")] = None,
) -> None:
    """Cut hands or objects from a plain ground: write a mask for every photograph."""
    from .plain_ground import GroundSettings, write_masks

    settings = GroundSettings()
    if min_chroma is not None:
        settings = dataclasses.replace(settings, min_chroma=min_chroma)
    typer.echo(f"{masks}: {write_masks(images, masks, settings)} masks")
