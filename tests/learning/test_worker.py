from __future__ import annotations

import json

import pytest

from occlusionkit.learning.worker import _tell


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ValueError("lr: too high"), "ValueError", "lr: too high"),
        (FileNotFoundError(2, "No such file", "a.zip"), "OSError", "[Errno 2] No such file: 'a.zip'"),
        (KeyError("no member 'a'"), "RuntimeError", "no member 'a'"),
    ],
)
def test_the_first_error_is_the_one_that_is_told(tmp_path, error, kind, message):
    _tell(tmp_path / "failure.json", error)
    _tell(tmp_path / "failure.json", RuntimeError("connection closed by peer"))
    assert json.loads((tmp_path / "failure.json").read_text()) == {"kind": kind, "message": message}
