from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from occlusionkit.learning.settings import TrainSettings

NEEDED = {"epochs": 2, "batch_size": 4, "lr": 0.1}


def test_a_section_of_the_config_becomes_settings():
    settings = TrainSettings.of({**NEEDED, "schedule": "step", "milestones": [1, 3], "clip_norm": None}, seed=7)
    assert settings.milestones == (1, 3)
    assert settings.clip_norm is None
    assert settings.seed == 7
    assert settings == TrainSettings(epochs=2, batch_size=4, lr=0.1, schedule="step", milestones=(1, 3), seed=7)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"momemtum": 0.9}, "momemtum: no setting of training; did you mean momentum?"),
        ({"zzz": 1}, "zzz: no setting of training; expected some of epochs, batch_size"),
        ({"seed": 1}, "seed: no setting"),
        ({"epochs": 0}, "epochs: expected a whole number of at least 1, found 0"),
        ({"epochs": True}, "epochs: expected a whole number"),
        ({"batch_size": 2.0}, "batch_size: expected a whole number of at least 1, found 2.0"),
        ({"lr": 0}, "lr: expected more than 0, found 0"),
        ({"lr": "1e-4"}, "lr: expected a number, found '1e-4'; YAML reads 1e-4 as text, write 1.0e-4"),
        ({"lr": float("nan")}, "lr: expected more than 0, found nan"),
        ({"lr": float("inf")}, "lr: expected more than 0, found inf"),
        ({"momentum": 1}, "momentum: expected at least 0 and less than 1, found 1"),
        ({"weight_decay": -1}, "weight_decay: expected at least 0, found -1"),
        ({"min_lr": 0.2}, "min_lr: expected at most lr = 0.1, found 0.2"),
        ({"ema_decay": 1.0}, "ema_decay: expected at least 0 and less than 1, found 1.0"),
        ({"clip_norm": 0}, "clip_norm: expected more than 0, found 0"),
        ({"optimizer": "SGD"}, "optimizer: expected one of sgd, adam, adamw, found 'SGD'"),
        ({"precision": "fp16"}, "precision: expected one of fp32, bf16, found 'fp16'"),
        ({"deterministic": "yes"}, "deterministic: expected true or false, found 'yes'"),
        ({"schedule": "step"}, "milestones: schedule step needs at least one"),
        ({"milestones": [3, 2]}, r"milestones: expected rising epochs, found \[3, 2\]"),
        ({"milestones": [0]}, "milestones: expected a whole number of at least 1, found 0"),
        ({"milestones": 3}, "milestones: expected a list of epochs, found 3"),
        ({"keep": "best"}, "keep: best needs metric"),
        ({"keep": "best", "metric": "miou", "validate_every": 0}, "keep: best needs metric .* validate_every"),
        ({"metric": None}, "metric: expected the name"),
    ],
)
def test_a_wrong_setting_is_named(changed, told):
    with pytest.raises(ValueError, match=told):
        TrainSettings.of(NEEDED | changed, seed=0)


@pytest.mark.parametrize("key", NEEDED)
def test_a_missing_setting_is_named(key):
    with pytest.raises(ValueError, match=f"^{key}: missing"):
        TrainSettings.of({name: value for name, value in NEEDED.items() if name != key}, seed=0)


def test_rule_files_can_read_settings_without_torch():
    program = "import sys, occlusionkit.learning.settings, occlusionkit.learning; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def shown_default(value):
    if isinstance(value, bool):
        return str(value).lower()
    if value in (None, (), ""):
        return "none"
    return value if isinstance(value, str) else f"{value:g}"


def test_every_setting_is_documented_with_its_default():
    text = (Path(__file__).parents[2] / "docs" / "learning.md").read_text()
    table = [line.replace("`", "").split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    for field in dataclasses.fields(TrainSettings):
        values = [values for names, values in table if field.name in names.replace(" ", "").split(",")]
        assert len(values) == (field.name != "seed"), field.name
        if values and field.default is not dataclasses.MISSING:
            assert f"({shown_default(field.default)})" in values[0], field.name
