from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from occlusionkit.learning.resnet import resnet


@pytest.mark.parametrize(
    ("depth", "parameters", "entries"),
    # torchvision 0.28's counts with 1000 classes.
    [(18, 11_689_512, 122), (34, 21_797_672, 218), (50, 25_557_032, 320), (101, 44_549_160, 626)],
)
def test_sizes_are_torchvisions(depth, parameters, entries):
    with torch.device("meta"):
        model = resnet(depth, classes=1000)
    assert sum(value.numel() for value in model.parameters()) == parameters
    assert len(model.state_dict()) == entries


def test_names_and_shapes_are_torchvisions():
    with torch.device("meta"):
        shapes = {name: tuple(value.shape) for name, value in resnet(50, classes=1000).state_dict().items()}
    expected = {
        "conv1.weight": (64, 3, 7, 7),
        "bn1.running_mean": (64,),
        "layer1.0.conv1.weight": (64, 64, 1, 1),
        "layer1.0.downsample.0.weight": (256, 64, 1, 1),
        "layer1.0.downsample.1.num_batches_tracked": (),
        "layer2.0.conv2.weight": (128, 128, 3, 3),
        "layer3.5.conv3.weight": (1024, 256, 1, 1),
        "layer4.2.bn3.bias": (2048,),
        "fc.weight": (1000, 2048),
        "fc.bias": (1000,),
    }
    assert {name: shapes.get(name) for name in expected} == expected
    assert "conv1.bias" not in shapes
    assert "layer1.1.downsample.0.weight" not in shapes
    with torch.device("meta"):
        assert "layer1.0.downsample.0.weight" not in resnet(18).state_dict()
        assert resnet(18).fc is None


def recompute(state, x, *, blocks, strides, dilations):
    """Scores of a ResNet from its state dict alone, written out with functions, batch norm in evaluation mode."""

    def norm(y, name):
        scale = state[f"{name}.weight"] / (state[f"{name}.running_var"] + 1e-5).sqrt()
        shift = state[f"{name}.bias"] - state[f"{name}.running_mean"] * scale
        return y * scale[:, None, None] + shift[:, None, None]

    def conv(y, name, stride=1, dilation=1):
        weight = state[f"{name}.weight"]
        padding = dilation * (weight.shape[-1] - 1) // 2
        return functional.conv2d(y, weight, stride=stride, padding=padding, dilation=dilation)

    y = norm(conv(x, "conv1", 2), "bn1").clamp(min=0)
    y = functional.max_pool2d(functional.pad(y, (1, 1, 1, 1), value=0.0), 3, 2)  # after a ReLU zeros pad like nothing
    for stage in range(4):
        for block in range(blocks[stage]):
            name = f"layer{stage + 1}.{block}"
            stride = strides[stage] if block == 0 else 1
            dilation = dilations[stage - 1] if block == 0 and stage else dilations[stage]
            shortcut = y
            if f"{name}.downsample.0.weight" in state:
                shortcut = norm(conv(y, f"{name}.downsample.0", stride), f"{name}.downsample.1")
            if f"{name}.conv3.weight" in state:
                y = norm(conv(y, f"{name}.conv1"), f"{name}.bn1").clamp(min=0)
                y = norm(conv(y, f"{name}.conv2", stride, dilation), f"{name}.bn2").clamp(min=0)
                y = norm(conv(y, f"{name}.conv3"), f"{name}.bn3")
            else:
                y = norm(conv(y, f"{name}.conv1", stride, dilation), f"{name}.bn1").clamp(min=0)
                y = norm(conv(y, f"{name}.conv2", 1, dilations[stage]), f"{name}.bn2")
            y = (y + shortcut).clamp(min=0)
    return y.mean((2, 3)) @ state["fc.weight"].T + state["fc.bias"]


@pytest.mark.parametrize(
    ("depth", "options", "blocks", "strides", "dilations"),
    [
        (18, {}, (2, 2, 2, 2), (1, 2, 2, 2), (1, 1, 1, 1)),
        (34, {"output_stride": 8}, (3, 4, 6, 3), (1, 2, 1, 1), (1, 1, 2, 4)),
        (50, {"output_stride": 16}, (3, 4, 6, 3), (1, 2, 2, 1), (1, 1, 1, 2)),
        (50, {"last_stride": 1}, (3, 4, 6, 3), (1, 2, 2, 1), (1, 1, 1, 1)),
    ],
)
def test_a_second_computation_from_the_weights_gives_the_same(depth, options, blocks, strides, dilations):
    torch.manual_seed(0)
    model = resnet(depth, width=0.125, classes=6, **options).double().eval()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # so that every part of it counts
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.5, 0.5)
    x = torch.randn(2, 3, 70, 54, dtype=torch.float64)
    with torch.no_grad():
        expected = recompute(model.state_dict(), x, blocks=blocks, strides=strides, dilations=dilations)
        torch.testing.assert_close(model(x), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("depth", [18, 50])
@pytest.mark.parametrize(("output_stride", "every"), [(16, 2), (8, 4)])
def test_dilation_in_place_of_strides_changes_no_value_where_both_have_one(depth, output_stride, every):
    torch.manual_seed(0)
    # Double precision: the two sum in other orders, which float32 shows in the fourth digit of a deep network.
    coarse = resnet(depth, width=0.125).double().eval()
    fine = resnet(depth, width=0.125, output_stride=output_stride).double().eval()
    fine.load_state_dict(coarse.state_dict())
    x = torch.randn(1, 3, 128, 96, dtype=torch.float64)
    with torch.no_grad():
        torch.testing.assert_close(fine.features(x)[-1][..., ::every, ::every], coarse.features(x)[-1])


@pytest.mark.parametrize(
    ("options", "strides"),
    [
        ({}, (4, 8, 16, 32)),
        ({"output_stride": 16}, (4, 8, 16, 16)),
        ({"output_stride": 8}, (4, 8, 8, 8)),
        ({"last_stride": 1}, (4, 8, 16, 16)),
    ],
)
@pytest.mark.parametrize("depth", [18, 50])
def test_maps_have_the_strides_and_channels_that_it_names(depth, options, strides):
    model = resnet(depth, width=0.125, **options).eval()
    with torch.no_grad():
        maps = model.features(torch.zeros(1, 3, 65, 96))
    assert model.strides == strides
    expansion = 1 if depth == 18 else 4
    assert model.channels == tuple(8 * expansion * 2**stage for stage in range(4))
    expected = [(1, c, -(-65 // s), -(-96 // s)) for c, s in zip(model.channels, strides, strict=True)]
    assert [tuple(one.shape) for one in maps] == expected
    assert model(torch.zeros(1, 3, 65, 96)).shape == (1, model.channels[-1])


def test_the_generator_decides_the_first_weights():
    def first(seed):
        torch.manual_seed(seed)
        return resnet(18, width=0.125).state_dict()["layer3.0.conv1.weight"]

    assert torch.equal(first(0), first(0))
    assert not torch.equal(first(0), first(1))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"depth": 20}, "depth: expected one of 18, 34, 50, 101, found 20"),
        ({"depth": 18, "output_stride": 4}, "output_stride: expected 8, 16 or 32, found 4"),
        ({"depth": 18, "output_stride": 8, "last_stride": 1}, "last_stride: expected 2, or 1 with output stride 32"),
        ({"depth": 18, "width": 0}, "width: expected more than 0"),
    ],
)
def test_a_network_that_does_not_exist_is_refused(options, told):
    with pytest.raises(ValueError, match=told):
        resnet(**options)
