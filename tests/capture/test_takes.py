"""Motion files are read when the plan is made, so that a damaged one is told before hours of capture."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from occlusionkit.capture.plan import PlanSize
from occlusionkit.capture.takes import check_clips, plan_table

CMU = Path(__file__).resolve().parents[3] / "shared/data/cmu"
SIZE = PlanSize(
    sequences=8, frames_per_sequence=2, frame_step_s=0.2, shard_instants=16,
    validation_scenes=(8,), validation_subjects=(12,),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path) -> Path:
    if not CMU.is_dir():
        pytest.skip("CMU clips are not at ../shared/data/cmu")
    for path in CMU.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    return tmp_path


def damage(path: Path) -> None:
    """Cut a motion in the middle of a frame."""
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[: len(lines) // 2 + 3]))


def test_every_damaged_clip_of_the_plan_is_told_at_once(folder):
    table, _ = plan_table(SIZE, folder=str(folder), unlisted="soccer")
    assert {"02_01", "11_01"} <= set(table["clip"].tolist())
    damage(folder / "02_01.amc")
    damage(folder / "11_01.amc")
    with pytest.raises(ValueError, match=re.escape(f"motions.folder {folder}: 2 of the 3 planned clips")) as told:
        plan_table(SIZE, folder=str(folder), unlisted="soccer")
    assert "02_01.amc:" in str(told.value) and "11_01.amc:" in str(told.value) and "02_04" not in str(told.value)


def test_a_clip_that_nobody_plans_to_use_is_not_read(folder):
    damage(folder / "02_01.amc")
    check_clips(folder, {"02_04", "11_01"})
