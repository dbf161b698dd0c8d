from __future__ import annotations

import pytest
import torch

from occlusionkit.learning.checkpoint import Best, Checkpoint, differences, load_checkpoint, save_checkpoint
from occlusionkit.learning.record import Run
from occlusionkit.learning.weights import save_torch

RUN = Run(
    host="node", device="cpu", threads=1, first_epoch=1, last_epoch=2, items=40, steps=8, seconds=2.0, train_s=1.5,
    wait_s=0.25, peak_memory_mb=300.0,
)  # fmt: skip


def test_a_checkpoint_comes_back_whole(tmp_path):
    weight = torch.arange(6.0).reshape(2, 3)
    saved = Checkpoint(
        identity={"settings": {"lr": 0.1}},
        epoch=2,
        model={"w": weight},
        optimizer={"state": {0: {"momentum_buffer": weight}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
        average={"w": weight + 1},
        average_updates=8,
        best=Best(epoch=1, score=0.25, state={"w": weight - 1}),
        rows=({"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.1}),
        runs=(RUN,),
    )
    save_checkpoint(saved, tmp_path / "new" / "folder")
    found = load_checkpoint(tmp_path / "new" / "folder")
    assert (found.identity, found.epoch, found.average_updates) == (saved.identity, 2, 8)
    assert (found.rows, found.runs) == (saved.rows, saved.runs)
    assert (found.best.epoch, found.best.score) == (1, 0.25)
    for one, other in ((found.model, 0), (found.average, 1), (found.best.state, -1)):
        assert torch.equal(one["w"], weight + other)
    assert torch.equal(found.optimizer["state"][0]["momentum_buffer"], weight)


def test_no_checkpoint_is_none_and_another_file_is_refused(tmp_path):
    assert load_checkpoint(tmp_path) is None
    save_torch({"state_dict": {}}, tmp_path / "checkpoint.pt")
    with pytest.raises(ValueError, match=r"checkpoint\.pt: expected a checkpoint of format 1; delete it to start anew"):
        load_checkpoint(tmp_path)


def test_differences_are_named_with_their_values():
    old = {"settings": {"lr": 0.1, "epochs": 3, "clip_norm": None}, "code": "abc", "parameters": {"only_old": 1}}
    new = {"settings": {"lr": 0.1, "epochs": 5, "clip_norm": 1.0}, "code": "abc", "parameters": {"only_new": "x" * 50}}
    assert differences(old, new) == [
        f"parameters.only_new None, now {'x' * 37}...",
        "parameters.only_old 1, now None",
        "settings.clip_norm None, now 1.0",
        "settings.epochs 3, now 5",
    ]
    assert differences(old, old) == []
