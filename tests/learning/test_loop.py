from __future__ import annotations

import copy
import errno
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from occlusionkit.artifacts.hashing import content_hash
from occlusionkit.learning import loop
from occlusionkit.learning.loop import fit
from occlusionkit.learning.record import read_log, read_record
from occlusionkit.learning.task import Part
from occlusionkit.learning.weights import load_state


@pytest.fixture
def train(toy, tmp_path):
    """Train the toy task and return the bytes of its weights."""

    def run(settings, *, out="out", options=(), **arguments):
        task = toy.Toy(settings, **dict(options))
        arguments = {"partial": tmp_path / "partial", "device": "cpu", **arguments}
        train.record = fit(task, settings, out=tmp_path / out, **arguments)
        return (tmp_path / out / "weights.pt").read_bytes()

    train = run
    return run


def stop_after(monkeypatch, epochs):
    """Raise where the epoch after so many would begin, as a kill would end it."""
    original = loop.train_epoch

    def train_epoch(training, *arguments, **more):
        if training.epoch == epochs:
            raise KeyboardInterrupt
        return original(training, *arguments, **more)

    monkeypatch.setattr(loop, "train_epoch", train_epoch)


FULL = {
    "optimizer": "adamw",
    "weight_decay": 0.1,
    "schedule": "cosine",
    "warmup_steps": 3,
    "clip_norm": 0.5,
    "ema_decay": 0.9,
    "keep": "best",
    "metric": "norm",
    "higher_is_better": False,  # it rises, so the first epoch is the best, and has to survive a break
    "precision": "bf16",
}


def test_sgd_with_momentum_is_the_textbooks(toy, settings, tmp_path):
    """The same training written out by hand: seeds, order, schedule, momentum and weight decay."""
    chosen = settings(schedule="poly", weight_decay=0.01, momentum=0.8)
    fit(toy.Toy(chosen), chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")

    from occlusionkit.learning.seeds import derived_seed

    task = toy.Toy(chosen)
    torch.manual_seed(derived_seed(3, "build"))
    model = task.build()
    velocity = [torch.zeros_like(value) for value in model.parameters()]
    for epoch in range(3):
        torch.manual_seed(derived_seed(3, "epoch", epoch, 0))
        for number, batch in enumerate(task.batches.epoch(epoch, Part())):
            rate = 0.05 * (1 - (epoch * 4 + number) / 12) ** 0.9
            loss, _ = task.loss(model, batch, epoch)
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                for value, gradient, speed in zip(model.parameters(), gradients, velocity, strict=True):
                    speed.mul_(0.8).add_(gradient + 0.01 * value)
                    value -= rate * speed
    found = load_state(tmp_path / "out" / "weights.pt")
    for name, value in model.state_dict().items():
        torch.testing.assert_close(found[name], value)


@pytest.mark.parametrize("changed", [{}, FULL], ids=["plain", "everything"])
def test_two_runs_give_the_same_bytes(train, settings, changed, tmp_path):
    chosen = settings(**changed)
    assert train(chosen, out="a") == train(chosen, out="b")
    assert (tmp_path / "a" / "log.csv").read_bytes() == (tmp_path / "b" / "log.csv").read_bytes()
    assert content_hash(tmp_path / "a" / "training.json") == content_hash(tmp_path / "b" / "training.json")
    assert train(settings(**changed, seed=4), out="c") != train(chosen, out="a")


def test_loader_workers_change_speed_only(train, settings, tmp_path):
    assert train(settings(workers=2), out="two") == train(settings(), out="none")
    assert content_hash(tmp_path / "two" / "training.json") == content_hash(tmp_path / "none" / "training.json")


@pytest.mark.parametrize("epochs", [1, 2])
@pytest.mark.parametrize("changed", [{}, FULL], ids=["plain", "everything"])
def test_a_resumed_training_ends_as_an_unbroken_one(train, settings, monkeypatch, tmp_path, changed, epochs):
    chosen = settings(**changed)
    unbroken = train(chosen, out="unbroken")
    with monkeypatch.context() as patch:
        stop_after(patch, epochs)
        with pytest.raises(KeyboardInterrupt):
            train(chosen)
    assert not (tmp_path / "out").exists()
    assert len(read_log(tmp_path / "partial" / "log.csv")) == epochs
    said = []
    diary = tmp_path / "diary"
    assert train(chosen, report=said.append, options={"diary": str(diary)}) == unbroken
    assert [int(line) for line in diary.read_text().split()] == list(range(epochs, 3))
    assert said[0] == f"going on after epoch {epochs} of 3"
    assert (tmp_path / "out" / "log.csv").read_bytes() == (tmp_path / "unbroken" / "log.csv").read_bytes()
    assert content_hash(tmp_path / "out" / "training.json") == content_hash(tmp_path / "unbroken" / "training.json")
    runs = read_record(tmp_path / "out").runs
    assert [(run.first_epoch, run.last_epoch) for run in runs] == [(1, epochs), (epochs + 1, 3)]
    assert not list((tmp_path / "partial").iterdir())


def test_a_training_killed_after_its_last_epoch_redoes_none(train, settings, monkeypatch, tmp_path):
    unbroken = train(settings(), out="unbroken")
    with monkeypatch.context() as patch:
        patch.setattr(loop, "write_record", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            train(settings())
    diary = tmp_path / "diary"
    assert train(settings(), options={"diary": str(diary)}) == unbroken
    assert not diary.exists()


def test_a_checkpoint_of_other_settings_is_set_aside_and_told(train, settings, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            train(settings(), identity={"parameters": {"data": "old"}})
    said = []
    fresh = train(settings(lr=0.01), out="fresh", partial=tmp_path / "other", identity={"parameters": {"data": "new"}})
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(KeyboardInterrupt):
            train(settings(lr=0.01), identity={"parameters": {"data": "new"}}, report=said.append)
    assert "checkpoint.pt is of other settings (parameters.data old, now new; settings.lr 0.05, now 0.01)" in said[0]
    assert (tmp_path / "partial" / "checkpoint-of-other-settings.pt").exists()
    assert train(settings(lr=0.01), identity={"parameters": {"data": "new"}}) == fresh
    assert not list((tmp_path / "partial").iterdir())


def test_a_checkpoint_of_another_architecture_is_refused_by_name(train, settings, monkeypatch):
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(KeyboardInterrupt):
            train(settings())
    with pytest.raises(
        ValueError, match=r"checkpoint\.pt \(delete it to start anew\).*other shape: 0\.bias \(5,\) for"
    ):
        train(settings(), options={"channels": 6})


def test_a_damaged_checkpoint_is_refused(train, settings, tmp_path):
    (tmp_path / "partial").mkdir()
    (tmp_path / "partial" / "checkpoint.pt").write_bytes(b"half a file")
    with pytest.raises(ValueError, match=r"checkpoint\.pt: expected a file of torch.*starts anew: delete it"):
        train(settings())


def test_a_full_disk_keeps_the_checkpoint_before(train, settings, monkeypatch, tmp_path):
    unbroken = train(settings(), out="unbroken")
    save, calls = torch.save, []

    def save_twice(content, file):
        calls.append(1)
        if len(calls) == 2:
            file.write(b"the beginning")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(content, file)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", save_twice)
        with pytest.raises(OSError, match=r"could not write .*checkpoint\.pt: No space left on device"):
            train(settings())
    assert sorted(path.name for path in (tmp_path / "partial").iterdir()) == ["checkpoint.pt", "log.csv"]
    said = []
    assert train(settings(), report=said.append) == unbroken
    assert said[0] == "going on after epoch 1 of 3"


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_stops_at_once(train, settings, toy, poison, tmp_path):
    order = [int(index) for index in toy.Batches(toy.Noise(), batch_size=5, seed=3)._order(0)]
    step = order.index(7) // 5
    rate = 0.05 * (step + 1) / 8
    with pytest.raises(ValueError) as raised:
        train(settings(warmup_steps=8), options={"poison": float(poison)})
    assert f"epoch 1 of 3, step {step + 1} of 4: the loss is not finite at learning rate {rate:.3g}" in str(
        raised.value
    )
    assert "lower lr" in str(raised.value)
    assert not (tmp_path / "partial").exists()


def test_weights_that_are_not_finite_reach_no_checkpoint(toy, settings, tmp_path):
    class Diverging(toy.Toy):
        def loss(self, model, batch, epoch):
            loss, scalars = super().loss(model, batch, epoch)
            # Finite, but its gradient is not: d sqrt(x) at 0.
            weight = model[5].bias
            return loss + (torch.sqrt((weight - weight.detach()).clamp(min=0)).sum() if epoch == 1 else 0), scalars

        def steps(self, part):
            return 1

        def loader(self, epoch, part):
            return [next(self.batches.epoch(epoch, part))]

    chosen = settings()
    with pytest.raises(ValueError, match=r"epoch 2 of 3: 5\.bias is no longer finite .*checkpoint of the epoch before"):
        fit(Diverging(chosen), chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")
    assert len(read_log(tmp_path / "partial" / "log.csv")) == 1


def test_the_log_has_a_row_an_epoch_with_means_and_rates(train, settings, tmp_path):
    train(settings(schedule="step", milestones=(1,), validate_every=2))
    rows = read_log(tmp_path / "out" / "log.csv")
    assert [(row["epoch"], row["step"]) for row in rows] == [(1, 4), (2, 8), (3, 12)]
    assert [row["lr"] for row in rows] == pytest.approx([0.05, 0.005, 0.005])
    assert ["validation_norm" in row for row in rows] == [False, True, True]
    assert all(0 < row["loss"] < 3 and 0 <= row["accuracy"] <= 1 for row in rows)
    header = (tmp_path / "out" / "log.csv").read_text().splitlines()[0]
    assert header == "epoch,step,lr,loss,accuracy,validation_norm"


def test_the_record_says_how_fast_and_how_idle(toy, settings, tmp_path):
    class Slow(toy.Toy):
        def loader(self, epoch, part):
            for batch in super().loader(epoch, part):
                toy.time.sleep(0.02)
                yield batch

    chosen = settings()
    task = Slow(chosen, pause_s=0.02)
    record = fit(task, chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")
    host = json.loads((tmp_path / "out" / "training.json").read_text())["host"]
    assert 0.3 < host["data_wait_fraction"] < 0.7
    assert host["items_per_s"] == pytest.approx(60 / sum(run.train_s for run in record.runs), rel=0.01)
    assert host["steps_per_s"] == pytest.approx(host["items_per_s"] / 5, rel=0.01)
    assert host["peak_memory_mb"] > 50
    assert host["runs"][0]["device"] == "cpu"
    assert read_record(tmp_path / "out") == record


def test_the_best_epoch_is_kept_and_the_earlier_on_a_tie(toy, settings, tmp_path):
    scores = [0.5, 0.75, 0.75]
    states = []

    class Judged(toy.Toy):
        def validate(self, model):
            states.append(copy.deepcopy(model.state_dict()))
            return {"score": scores[len(states) - 1]}

    chosen = settings(keep="best", metric="score")
    record = fit(Judged(chosen), chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")
    assert record.kept_epoch == 2
    kept = load_state(tmp_path / "out" / "weights.pt")
    assert all(torch.equal(kept[name], states[1][name]) for name in kept)
    chosen = settings(keep="best", metric="score", higher_is_better=False)
    states.clear()
    assert fit(Judged(chosen), chosen, out=tmp_path / "o2", partial=tmp_path / "p", device="cpu").kept_epoch == 1


def test_the_average_is_what_is_validated_and_kept(toy, settings, tmp_path):
    states = []

    class Judged(toy.Toy):
        def validate(self, model):
            states.append(copy.deepcopy(model.state_dict()))
            return {}

    plain, averaged = settings(), settings(ema_decay=0.9)
    fit(Judged(plain), plain, out=tmp_path / "plain", partial=tmp_path / "p", device="cpu")
    fit(Judged(averaged), averaged, out=tmp_path / "averaged", partial=tmp_path / "p", device="cpu")
    kept = load_state(tmp_path / "averaged" / "weights.pt")
    assert all(torch.equal(kept[name], states[-1][name]) for name in kept)
    last = load_state(tmp_path / "plain" / "weights.pt")
    assert not torch.equal(kept["0.weight"], last["0.weight"])


@pytest.mark.parametrize(
    ("changed", "options", "told"),
    [
        ({"keep": "best", "metric": "miou"}, {}, "metric: the validation gives no 'miou'; it gives: norm"),
        ({}, {"claimed_steps": 3}, "epoch 1 of 3: the loader gives more batches than the 3 that steps"),
        ({}, {"claimed_steps": 5}, r"epoch 1 of 3: the loader gave 4 batches, steps\(\) says 5"),
        ({"batch_size": 21}, {}, "nothing to train on: 0 batches an epoch, batch_size 21"),
    ],
)
def test_what_does_not_fit_together_is_refused(train, settings, changed, options, told):
    with pytest.raises(ValueError, match=told):
        train(settings(**changed), options=options)


def test_a_forgotten_parameter_is_named(toy, settings, tmp_path):
    class Forgetful(toy.Toy):
        def groups(self, model):
            return [(list(model[0].parameters()), 1.0)]

    chosen = settings()
    with pytest.raises(ValueError, match=r"groups: 1\.weight, 1\.bias, 5\.weight, 5\.bias want a gradient"):
        fit(Forgetful(chosen), chosen, out=tmp_path, partial=tmp_path, device="cpu")


def test_groups_have_rates_of_their_own(toy, settings, tmp_path):
    class Frozen(toy.Toy):
        def build(self):
            torch.manual_seed(0)
            return super().build()

        def groups(self, model):
            head = list(model[5].parameters())
            rest = [value for value in model.parameters() if all(value is not one for one in head)]
            return [(head, 10.0), (rest, 0.0)]

    chosen = settings(epochs=1)
    first = Frozen(chosen).build().state_dict()
    fit(Frozen(chosen), chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")
    found = load_state(tmp_path / "out" / "weights.pt")
    assert torch.equal(found["0.weight"], first["0.weight"])
    assert not torch.equal(found["5.weight"], first["5.weight"])


def test_threads_are_kept_to_and_all_is_left_as_it_was(toy, settings, tmp_path):
    seen = []

    class Seen(toy.Toy):
        def loss(self, model, batch, epoch):
            seen.append((torch.get_num_threads(), cv2.getNumThreads()))
            return super().loss(model, batch, epoch)

    def train(chosen, threads):
        fit(Seen(chosen), chosen, out=tmp_path / "out", partial=tmp_path / "p", device="cpu", threads=threads)

    torch.manual_seed(11)
    expected = torch.rand(2)
    torch.manual_seed(11)
    before = torch.get_num_threads(), cv2.getNumThreads(), torch.are_deterministic_algorithms_enabled()
    train(settings(epochs=1), threads=3)
    assert set(seen) == {(3, 3)}
    assert (torch.get_num_threads(), cv2.getNumThreads(), torch.are_deterministic_algorithms_enabled()) == before
    assert torch.equal(torch.rand(2), expected)


def test_bf16_computes_the_loss_in_bf16_and_keeps_weights_in_fp32(toy, settings, tmp_path):
    seen = []

    class Seen(toy.Toy):
        def loss(self, model, batch, epoch):
            seen.append(model(batch["x"]).dtype)
            return super().loss(model, batch, epoch)

    chosen = settings(epochs=1, precision="bf16")
    fit(Seen(chosen), chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")
    assert set(seen) == {torch.bfloat16}
    assert load_state(tmp_path / "out" / "weights.pt")["0.weight"].dtype == torch.float32


def test_a_missing_gpu_is_told(train, settings):
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ValueError, match=r"device: cuda number 0 was asked for, torch .* sees 0 GPUs; say cpu or auto"):
        train(settings(), device="cuda")
    with pytest.raises(ValueError, match="device: expected auto, cpu or cuda, found 'gpu'"):
        train(settings(), device="gpu")


def test_clipping_limits_the_whole_gradient(toy, settings, tmp_path):
    def moved(clip):
        chosen = settings(epochs=1, batch_size=20, momentum=0.0, lr=1.0, clip_norm=clip)
        task = toy.Toy(chosen)
        built = []
        build = task.build
        task.build = lambda: built.append(build()) or copy.deepcopy(built[-1])
        fit(task, chosen, out=tmp_path / "out", partial=tmp_path / "partial", device="cpu")
        found, first = load_state(tmp_path / "out" / "weights.pt"), dict(built[0].named_parameters())
        return sum(float((found[name] - value.detach()).square().sum()) for name, value in first.items()) ** 0.5

    assert moved(0.01) == pytest.approx(0.01, rel=1e-3)
    assert moved(None) > 0.1


def test_paths_are_made(train, settings, tmp_path):
    train(settings(epochs=1), out="a/b/c", partial=tmp_path / "x" / "y")
    assert sorted(path.name for path in Path(tmp_path / "a/b/c").iterdir()) == [
        "log.csv",
        "training.json",
        "weights.pt",
    ]
