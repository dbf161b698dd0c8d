"""Fixtures: the workflow as a function, and one whole run that tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from running import Run, run_snakemake


@pytest.fixture(scope="session")
def snakemake() -> Callable[..., Run]:
    return run_snakemake


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The tiny config, run whole."""
    run = run_snakemake(tmp_path_factory.mktemp("tiny"))
    assert run.status == 0, run.text[-4000:]
    return run
