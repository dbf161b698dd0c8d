"""The optimisers as the loop makes them, and torch's switches around a training."""

from __future__ import annotations

import copy

import pytest
import torch

from occlusionkit.learning.devices import torch_set_up
from occlusionkit.learning.resnet import resnet
from occlusionkit.learning.settings import TrainSettings
from occlusionkit.learning.state import begin
from occlusionkit.learning.task import Part

PLAIN = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


class TwoRates:
    """A channels-last ResNet, whose convolutions' weights are not contiguous, and its classifier at another rate."""

    def build(self):
        return resnet(18, width=0.125, classes=3).to(memory_format=torch.channels_last)

    def groups(self, model):
        head = list(model.fc.parameters())
        return [([p for p in model.parameters() if all(p is not h for h in head)], 1.0), (head, 10.0)]

    def steps(self, part):
        return 1


def moved(model, optimizer, steps=4):
    """The network's weights after some steps on the same drawn images."""
    generator = torch.Generator().manual_seed(5)
    for _ in range(steps):
        images = torch.randn(4, 3, 32, 16, generator=generator)
        labels = torch.randint(0, 3, (4,), generator=generator)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


@pytest.mark.parametrize("name", PLAIN)
def test_optimisers_move_weights_as_torchs_plain_ones_do(name):
    settings = TrainSettings.of(
        {"epochs": 1, "batch_size": 4, "optimizer": name, "lr": 0.001, "momentum": 0.8, "weight_decay": 0.1}, seed=3
    )
    training = begin(TwoRates(), settings, device=torch.device("cpu"), part=Part())
    other = copy.deepcopy(training.model)
    start = torch.cat([parameter.detach().flatten() for parameter in other.parameters()])
    for group, scale in zip(training.optimizer.param_groups, training.scales, strict=True):
        group["lr"] = settings.lr * scale
    own = {"momentum": 0.8} if name == "sgd" else {"betas": (0.8, 0.999)}
    groups = [{"params": ps, "lr": 0.001 * scale} for ps, scale in TwoRates().groups(other)]
    plain = PLAIN[name](groups, weight_decay=0.1, foreach=False, fused=False, **own)
    ours, theirs = moved(training.model, training.optimizer), moved(other, plain)
    # The same but for rounding, which is far below how far the weights have moved.
    assert (ours - theirs).abs().max() < 0.01 * (theirs - start).abs().max()
    assert (theirs - start).abs().max() > 1e-4


def test_torchs_switches_are_put_back():
    def switches():
        return (
            torch.get_num_threads(),
            torch.are_deterministic_algorithms_enabled(),
            torch.utils.deterministic.fill_uninitialized_memory,
        )

    before = switches()
    with pytest.raises(KeyError), torch_set_up(torch.device("cpu"), threads=1, deterministic=True):
        assert switches() == (1, True, False)
        raise KeyError
    assert switches() == before
