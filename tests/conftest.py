"""Settings of all tests: the same examples on every run, no time limit per example, nothing kept between runs."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize=True, database=None)
settings.load_profile("project")
