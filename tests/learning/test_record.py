from __future__ import annotations

import pytest

from occlusionkit.learning.record import Run, TrainingRecord, log_text, read_log

ROWS = [
    {"epoch": 1, "step": 4, "lr": 0.1, "loss": 1 / 3, "z": 0.5, "a": 2.0},
    {"epoch": 2, "step": 8, "lr": 1e-05, "loss": 0.25, "z": 0.5, "a": 2.0, "validation_a": 0.125},
]


def test_a_log_is_read_back_exactly_and_lacks_what_was_not_measured(tmp_path):
    (tmp_path / "log.csv").write_text(log_text(ROWS))
    assert read_log(tmp_path / "log.csv") == ROWS
    assert log_text(ROWS).splitlines() == [
        "epoch,step,lr,loss,a,z,validation_a",
        "1,4,0.1,0.3333333333333333,2.0,0.5,",
        "2,8,1e-05,0.25,2.0,0.5,0.125",
    ]


def test_another_csv_is_refused(tmp_path):
    (tmp_path / "log.csv").write_text("epoch,loss\n1,0.5\n")
    with pytest.raises(ValueError, match="expected the columns epoch, step, lr, loss of a training log"):
        read_log(tmp_path / "log.csv")


def run(**changed):
    values = {"host": "a", "device": "cpu", "threads": 1, "first_epoch": 1, "last_epoch": 1, "items": 0, "steps": 0,
              "seconds": 0.0, "train_s": 0.0, "wait_s": 0.0, "peak_memory_mb": 0.0}  # fmt: skip
    return Run(**values | changed)


def test_speed_and_waiting_count_all_runs():
    runs = (run(items=100, train_s=4.0, wait_s=1.0), run(items=20, train_s=1.0, wait_s=0.5))
    record = TrainingRecord(epochs=2, steps=6, kept_epoch=2, rows=(), runs=runs)
    assert record.items_per_s == pytest.approx(24)
    assert record.data_wait_fraction == pytest.approx(0.3)
