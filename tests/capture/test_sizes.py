"""What a plan says it will take."""

from __future__ import annotations

import pytest

from occlusionkit.capture.plan import PlanSize
from occlusionkit.capture.sizes import describe_plan, expected_bytes, human_bytes


def plan_size():
    return PlanSize(
        sequences=1460,
        frames_per_sequence=50,
        frame_step_s=0.1,
        shard_instants=1000,
        validation_scenes=(7, 8),
        validation_subjects=(11,),
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_234_567, "1.23 MB"), (53 * 10**9, "53 GB"), (10**16, "1e+04 TB")],
)
def test_bytes_are_said_in_powers_of_a_thousand(count, text):
    assert human_bytes(count) == text


def test_images_of_the_full_size_run_are_near_the_published_53_gigabytes():
    """584,000 JPEGs of 1280x720 were 53 GB; quality and content differ, so within a factor of two."""
    kept = expected_bytes(plan_size(), cameras=8, height=720, width=1280, keep_depth=False)
    assert 26e9 < kept["dataset"] < 106e9


def test_dropping_depth_takes_it_out_of_captures_and_dataset():
    size = {"cameras": 8, "height": 360, "width": 640}
    kept, dropped = (expected_bytes(plan_size(), **size, keep_depth=keep) for keep in (True, False))
    depth = 89_000 * 584_000
    assert kept["captures"] - dropped["captures"] == depth == kept["dataset"] - dropped["dataset"]
    assert "73,000 instants x 8 cameras = 584,000 images" in describe_plan(plan_size(), **size, keep_depth=True)
