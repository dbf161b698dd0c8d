"""Training: equal steps for all sets, what is kept is chosen on held-out people, same bytes each time, and failures."""

from __future__ import annotations

import errno
import math
from pathlib import Path

import pytest
import torch

from occlusionkit.artifacts import write_table
from occlusionkit.artifacts.hashing import content_hash
from occlusionkit.face.examples import index_group, split_examples
from occlusionkit.face.train import FaceTask, task, training_seed
from occlusionkit.face.training_settings import face_training, face_training_values, read_schedule
from occlusionkit.learning import launch, weights
from occlusionkit.learning.record import read_log
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.learning.task import Part

SMALL = {"network": "segformer_tiny", "size_px": 32, "steps_per_epoch": 3}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def group(tmp_path, write_faces) -> Path:
    """The index of twenty faces."""
    write_faces(tmp_path / "faces", [f"f{n:02d}" for n in range(20)])
    path = tmp_path / "clean.parquet"
    write_table(path, index_group("clean", tmp_path / "faces/img", tmp_path / "faces/mask"))
    return path


def parameters(group: Path, **changes) -> dict:
    return {
        "training": face_training_values(face_training(SMALL | changes)),
        "groups": {str(group): content_hash(group)},
        "validation_share": 0.3,
        "split_seed": 1,
        "pretrained": None,
    }


def loop(**changes) -> TrainSettings:
    values = {"epochs": 2, "batch_size": 4, "lr": 0.003, "optimizer": "adamw", "keep": "best", "metric": "miou"}
    return TrainSettings.of(values | changes, seed=training_seed(1, 1))


def train(group: Path, out: Path, **changes):
    return launch.train(
        "occlusionkit.face.train:task",
        parameters(group),
        loop(**changes),
        out=out,
        partial=out.with_name(f"{out.name}.partial"),
        device="cpu",
        threads=1,
        report=lambda _: None,
    )


def made_task(group: Path, **changes) -> FaceTask:
    return task(**parameters(group, **changes), settings=loop())


def test_a_larger_set_is_not_trained_longer(group, tmp_path, write_faces):
    write_faces(tmp_path / "more", [f"g{n:02d}" for n in range(40)])
    table = index_group("natocc_hand", tmp_path / "more/img", tmp_path / "more/mask")
    write_table(tmp_path / "more.parquet", table)
    small = made_task(group)
    values = parameters(group)
    values["groups"][str(tmp_path / "more.parquet")] = content_hash(tmp_path / "more.parquet")
    large = task(**values, settings=loop())
    for one in (small, large):
        batches = list(one.loader(0, Part()))
        assert len(batches) == one.steps(Part()) == 3
        assert all(batch["image"].shape == (4, 3, 32, 32) for batch in batches)


def test_an_image_is_never_trained_on_and_validated_with(group):
    one = made_task(group)
    used = set(one.batches._loader.dataset._items.images)
    assert used
    assert used.isdisjoint(one.held_out.images)
    assert len(used) + len(one.held_out.images) == 20


def test_new_heads_learn_faster_where_the_rest_is_pretrained(group):
    one = made_task(group, network="pspnet_tiny", head_lr_scale=10.0)
    network = one.build()
    (rest, slow), (heads, fast) = one.groups(network)
    assert (slow, fast) == (1.0, 10.0)
    assert {id(p) for p in rest} == {id(p) for p in network.backbone.parameters()}
    assert len(rest) + len(heads) == len(list(network.parameters()))


def test_the_auxiliary_loss_counts_by_its_weight(group):
    torch.manual_seed(0)
    one = made_task(group, network="deeplabv3plus_tiny", auxiliary_weight=0.4)
    network, batch = one.build(), next(iter(one.loader(0, Part())))
    loss, logged = one.loss(network, batch, 0)
    assert loss.item() == pytest.approx(float(logged["face_loss"]) + 0.4 * float(logged["auxiliary_loss"]), rel=1e-6)


def test_validation_is_over_the_summed_pixels_of_held_out_images(group):
    class Everything(torch.nn.Module):
        """Calls everything a face: face IoU is the faces' share of all pixels."""

        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def forward(self, images):
            score = torch.ones_like(images[:, 0])
            return {"face": torch.stack([-score, score], dim=1)}

    one, network = made_task(group), Everything()
    masks = [one.held_out.plain(n)[1] for n in range(len(one.held_out))]
    share = sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)
    with torch.inference_mode():
        found = one.validate(network)
    assert found["face_iou"] == pytest.approx(share)
    assert found["miou"] == pytest.approx(share / 2)


def test_training_learns_and_leaves_the_same_bytes_again_with_other_loaders(group, tmp_path):
    record = train(group, tmp_path / "a", epochs=4)
    train(group, tmp_path / "b", epochs=4, workers=2)
    assert (tmp_path / "a/weights.pt").read_bytes() == (tmp_path / "b/weights.pt").read_bytes()
    rows = read_log(tmp_path / "a/log.csv")
    assert rows == read_log(tmp_path / "b/log.csv")
    assert rows[-1]["loss"] < 0.8 * rows[0]["loss"]
    best = max(row["validation_miou"] for row in rows)
    assert rows[record.kept_epoch - 1]["validation_miou"] == best


def test_other_runs_have_other_draws():
    assert len({training_seed(seed, run) for seed in (1, 2) for run in (1, 2)}) == 4


def test_a_loss_that_is_no_number_stops_at_once(group, tmp_path):
    with pytest.raises(ValueError, match=r"(?i)epoch 1.*step \d+.*"):
        train(group, tmp_path / "a", lr=1e30, optimizer="sgd", epochs=3)
    assert not (tmp_path / "a/weights.pt").exists()


def test_images_that_changed_are_told(group, tmp_path):
    values = parameters(group)
    values["groups"] = {str(group): "0" * 64}
    with pytest.raises(ValueError, match=r"clean\.parquet: changed while it was being trained on"):
        task(**values, settings=loop())


def test_a_full_disk_leaves_no_weights_and_says_so(group, tmp_path, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(weights.torch, "save", full)
    with pytest.raises(OSError, match="No space left on device"):
        train(group, tmp_path / "a", epochs=1)
    left = [path for path in tmp_path.rglob("*") if "partial-" in path.name or path.name == "weights.pt"]
    assert left == []


def test_a_schedule_is_split_between_this_system_and_the_loop():
    schedule = {"steps_per_epoch": 5, "epochs": 2, "batch_size": 4, "lr": 0.1, "hard_pixels": {"threshold": 0.5}}
    own, shared = read_schedule(schedule, network="pspnet_tiny", size_px=64, seed=9)
    assert (own.steps_per_epoch, own.network, own.size_px) == (5, "pspnet_tiny", 64)
    assert own.hard_pixels is not None
    assert (own.hard_pixels.threshold, own.hard_pixels.min_kept_px) == (0.5, 10_000)
    assert (shared.lr, shared.seed, shared.metric) == (0.1, 9, "miou")
    assert face_training(face_training_values(own)) == own


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lrr": 0.1}, r"face\.schedules\.pspnet_tiny: lrr: .*did you mean lr\?"),
        ({"steps_per_epoch": 0}, r"face\.schedules\.pspnet_tiny: steps_per_epoch: expected at least 1, found 0"),
        ({"seed": 3}, r"face\.schedules\.pspnet_tiny: seed, .*are given elsewhere"),
        ({"hard_pixels": {"thresh": 0.1}}, r"face\.schedules\.pspnet_tiny: hard_pixels\.thresh: unknown key"),
        ({"augmentation": {"hue_deg": 400.0}}, r"face\.schedules\.pspnet_tiny: augmentation\.hue_deg"),
        ({"batch_size": 0}, r"face\.schedules\.pspnet_tiny: batch_size: expected"),
    ],
)
def test_wrong_schedules_name_the_key(change, message):
    schedule = {"steps_per_epoch": 5, "epochs": 2, "batch_size": 4, "lr": 0.1} | change
    with pytest.raises(ValueError, match=message):
        read_schedule(schedule, network="pspnet_tiny", size_px=64, seed=9)


def test_a_schedule_without_its_steps_is_told():
    with pytest.raises(ValueError, match=r"face\.schedules\.pspnet_tiny: steps_per_epoch: missing"):
        read_schedule({"epochs": 1, "batch_size": 1, "lr": 0.1}, network="pspnet_tiny", size_px=64, seed=1)
    assert math.isfinite(training_seed(0, 0))


def test_the_split_is_the_same_for_every_run_and_network(group):
    sides = [set(made_task(group, network=name).held_out.names) for name in ("pspnet_tiny", "segformer_tiny")]
    assert sides[0] == sides[1]
    table = index_group("clean", group.parent / "faces/img", group.parent / "faces/mask")
    held = split_examples([table], validation_share=0.3, seed=1)[1]
    assert sides[0] == {f"clean/{stem}" for stem in held["stem"]}
