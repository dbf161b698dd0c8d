"""A user's mistakes: one clear message and a non-zero exit, before anything costly runs where that can be."""

from __future__ import annotations

import pytest
import yaml

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ({"capture": {"colour": True}}, ["colour"]),
        ({"capture": {"height": 0}}, ["height", "0"]),
        ({"capture": {"cameras": []}}, ["cameras"]),
        ({"label": {"threshold_m": 30}}, ["threshold_m", "30"]),
        ({"label": {"joint_thresholds_m": {"nose": 0.2}}}, ["nose"]),
        ({"capture": {"validation_scenes": [9]}}, ["validation_scenes", "9"]),
        ({"motions": {"folder": "no/such/folder"}}, ["no/such/folder"]),
        ({"reid": {"methods": ["parts"], "network": {"parts": 3}}}, ["network.parts", "divisor", "found 3"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_config_stops_before_anything_runs(override, words, snakemake, tmp_path):
    config = tmp_path / "wrong.yaml"
    config.write_text(yaml.safe_dump(override))
    run = snakemake(tmp_path / "run", "-n", configs=(config,))
    assert run.status != 0
    for word in words:
        assert word in run.text, run.text[-2000:]
    assert not (tmp_path / "run/results/studio").exists()
