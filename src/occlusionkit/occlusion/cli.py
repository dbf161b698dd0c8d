"""`occlusionkit label`: label anyone's renders. The main command takes it in with `add_typer(app)`, without a name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .labels import PAPER_THRESHOLD_M, LabelRule, Rule
from .own_inputs import DepthKind, DepthUnit
from .own_renders import label_own_renders

app = typer.Typer()


@app.command()
def label(
    depth: Annotated[Path, typer.Option(help="Folder or zip of depth maps: one .png, .npy or .npz per image.")],
    joints: Annotated[Path, typer.Option(help="Joints: .npz or .parquet with image, joints_3d_world (m), person.")],
    cameras: Annotated[Path, typer.Option(help="Cameras: .json or .npz, one for all or one per image.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    depth_unit: Annotated[DepthUnit, typer.Option(help="Unit of the depth maps.")],
    depth_kind: Annotated[DepthKind, typer.Option(help="planar (camera z) or ray (from the camera's centre).")],
    png_step: Annotated[
        float | None, typer.Option(help="Depth units per step of 16-bit PNG; ours has 0.00025 m.")
    ] = None,
    masks: Annotated[Path | None, typer.Option(help="Folder or zip of instance masks, to name what hides.")] = None,
    threshold_m: Annotated[float, typer.Option(help="Depth agreement that counts as visible.")] = PAPER_THRESHOLD_M,
    rule: Annotated[Rule, typer.Option(help="absolute (the paper's) or one_sided.")] = "absolute",
    joint_threshold: Annotated[
        list[str] | None, typer.Option(help="Own threshold of a joint, as NAME=METRES; may be repeated.")
    ] = None,
) -> None:
    """Label the joints of your own renders and write one row per image and person (formats: docs/labels.md)."""
    try:
        label_rule = LabelRule(threshold_m, rule, _joint_thresholds(joint_threshold or []))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--threshold-m / --joint-threshold") from None
    if png_step is not None and not png_step > 0:
        raise typer.BadParameter(f"expected {depth_unit} per step above 0, found {png_step}", param_hint="--png-step")
    table = label_own_renders(
        depth,
        joints,
        cameras,
        out,
        rule=label_rule,
        depth_unit=depth_unit,
        depth_kind=depth_kind,
        png_step=png_step,
        masks=masks,
    )
    inside, visible = int(table["in_image"].sum()), int(table["visible"].sum())
    rate = f"{(inside - visible) / inside:.1%}" if inside else "no"
    typer.echo(f"{out}: {len(table)} rows, {inside} joints in the image, {rate} of them occluded")


def _joint_thresholds(texts: list[str]) -> dict[str, float]:
    thresholds = {}
    for text in texts:
        joint, _, metres = text.partition("=")
        try:
            thresholds[joint] = float(metres)
        except ValueError:
            raise ValueError(f"expected NAME=METRES such as rwri=0.2, found {text!r}") from None
    return thresholds
