"""A run that was killed outright goes on where it stopped and ends with the same content; no process outlives it."""

from __future__ import annotations

import pytest
from killing import kill_and_compare

from occlusionkit.audit.hashes import hash_results


@pytest.mark.slow
def test_killed_runs_end_with_the_same_content(tiny_run, tmp_path):
    assert kill_and_compare(tmp_path, kills=3, seed=5, expected=hash_results(tiny_run.results)) == []
