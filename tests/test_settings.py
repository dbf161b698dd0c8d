"""What is wrong with a config, said in the words of config.yaml."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from occlusionkit.settings import config_problems

PROJECT = Path(__file__).resolve().parents[1]
SCHEMA = yaml.safe_load((PROJECT / "workflow/schemas/config.schema.yaml").read_text())
CONFIG = yaml.safe_load((PROJECT / "config.yaml").read_text())


def changed(path: str, value: object) -> dict:
    config = copy.deepcopy(CONFIG)
    *sections, key = path.split(".")
    part = config
    for section in sections:
        part = part[section]
    part[key] = value
    return config


def test_the_default_config_is_good():
    assert config_problems(CONFIG, SCHEMA) == []


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("capture.heigth", 90, "capture.heigth: unknown key; did you mean height?"),
        ("capture.height", 0, "capture.height: expected at least 16, found 0"),
        ("capture.height", "tall", "capture.height: expected integer, found 'tall'"),
        ("capture.cameras", [], "capture.cameras: expected at least 1 of them, found []"),
        ("capture.cameras", [1, 1], "capture.cameras: expected each only once, found [1, 1]"),
        ("capture.cameras", [8], "capture.cameras.0: expected at most 7, found 8"),
        ("studio.renderer", "cuda", "studio.renderer: expected one of auto, gl, embree, found 'cuda'"),
        ("label.threshold_m", 30, "label.threshold_m: expected less than 5, found 30"),
        ("motions.folder", 3, "motions.folder: expected string or null, found 3"),
    ],
)
def test_each_mistake_is_one_line_with_key_expectation_and_finding(path, value, line):
    assert config_problems(changed(path, value), SCHEMA) == [line]


def test_a_missing_key_is_named_and_all_problems_are_listed():
    config = changed("capture.width", 1)
    del config["seed"]
    problems = config_problems(config, SCHEMA)
    assert "seed: missing; config.yaml says what it is for" in problems
    assert "capture.width: expected at least 16, found 1" in problems
