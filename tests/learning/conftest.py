"""The toy task as an importable module (child processes import it too), and settings for it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from occlusionkit.learning.settings import TrainSettings


@pytest.fixture
def toy(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    yield importlib.import_module("toy_task")
    sys.modules.pop("toy_task", None)


@pytest.fixture
def settings():
    """Settings of 3 epochs of 4 steps, with what is given on top."""

    def make(**changed) -> TrainSettings:
        return TrainSettings(**{"epochs": 3, "batch_size": 5, "lr": 0.05, "seed": 3, **changed})

    return make
