from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from occlusionkit.learning.average import WeightAverage


def network():
    model = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    model[0].weight.data.fill_(0.0)
    return model


def test_the_average_follows_slowly_and_slower_as_it_ages():
    model = network()
    average = WeightAverage(model, decay=0.2)
    model[0].weight.data.fill_(8.0)
    average.update(model)  # d = min(.2, 1/10)
    assert average.model[0].weight.item() == pytest.approx(7.2)
    average.update(model)  # d = 2/11
    assert average.model[0].weight.item() == pytest.approx(8 - 0.8 * 2 / 11)
    before = average.model[0].weight.item()
    average.update(model)  # d = min(.2, 3/12)
    assert average.model[0].weight.item() == pytest.approx(8 - (8 - before) * 0.2)


def test_running_statistics_are_averaged_and_counters_copied():
    model = network()
    average = WeightAverage(model, decay=0.999)
    model[1].running_mean.fill_(1.0)
    model[1].num_batches_tracked.fill_(7)
    average.update(model)
    assert average.model[1].running_mean.item() == pytest.approx(0.9)
    assert average.model[1].num_batches_tracked.item() == 7


def test_the_network_itself_is_left_alone():
    model = network().train()
    average = WeightAverage(model, decay=0.9)
    before = copy.deepcopy(model.state_dict())
    average.update(model)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training
    assert not average.model.training
    assert not any(value.requires_grad for value in average.model.parameters())
