"""Networks: shapes, sizes known from elsewhere, what their heads see, and weights of other networks."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from occlusionkit.face.networks.build import CLASSES, build_network, head_prefixes
from occlusionkit.face.networks.catalogue import NETWORKS, CnnSpec, SegformerSpec, network_spec
from occlusionkit.face.networks.heads import GlobalAverage, SeparableAspp, resized
from occlusionkit.face.networks.pretrained import load_pretrained, renamed
from occlusionkit.face.networks.segformer import Block
from occlusionkit.learning.resnet import resnet
from occlusionkit.learning.weights import save_weights

SMALL = ("pspnet_tiny", "deeplabv3plus_tiny", "segformer_tiny")


@pytest.fixture(autouse=True)
def one_thread_and_a_seed():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


def parameters(network: nn.Module, *prefixes: str) -> int:
    named = network.named_parameters()
    return sum(value.numel() for name, value in named if not prefixes or name.startswith(prefixes))


@pytest.mark.parametrize("name", SMALL)
def test_scores_are_at_the_images_size_and_the_auxiliary_head_is_for_training_alone(name):
    network = build_network(network_spec(name))
    images = torch.randn(2, 3, 64, 96)
    training = network(images)
    assert training["face"].shape == (2, len(CLASSES), 64, 96)
    assert ("auxiliary" in training) == isinstance(NETWORKS[name], CnnSpec)
    assert set(network.eval()(images)) == {"face"}


@pytest.mark.parametrize("name", SMALL)
def test_every_parameter_learns(name):
    network = build_network(network_spec(name))
    scores = network(torch.randn(2, 3, 64, 64))
    sum(one.square().mean() for one in scores.values()).backward()
    still = [name for name, value in network.named_parameters() if value.grad is None or not value.grad.any()]
    # A bias before a norm over each map has no say.
    assert [name for name in still if not name.endswith("bias")] == []


def test_the_papers_networks_have_their_published_sizes():
    # SegFormer-B0 has 3.8 M parameters and B5 84.7 M with 150 classes (Xie et al., Table 1), 148 more than here.
    with torch.device("meta"):
        b0, b5 = (build_network(NETWORKS[name]) for name in ("segformer_b0", "segformer_b5"))
        pspnet, deeplab = (build_network(NETWORKS[name]) for name in ("pspnet_r101", "deeplabv3plus_r101"))
    assert parameters(b0) + 148 * 257 == pytest.approx(3.8e6, rel=0.02)
    assert parameters(b5) + 148 * 769 == pytest.approx(84.7e6, rel=0.005)
    backbone = 44_549_160 - 2048 * 1000 - 1000  # torchvision's ResNet-101 without its classifier
    assert parameters(pspnet, "backbone.") == parameters(deeplab, "backbone.") == backbone
    # Of PSPNet's head: four 1x1 projections to 512, one 3x3 on 2048 + 4 * 512, a classifier; norms beside each.
    head = 4 * (2048 * 512 + 2 * 512) + (4096 * 512 * 9 + 2 * 512) + (512 * 2 + 2)
    assert parameters(pspnet, "head.") == head
    assert parameters(deeplab, "head.reduce.") == 256 * 48 + 2 * 48


def test_a_global_average_is_the_mean_of_its_areas():
    pool = GlobalAverage(2, 2, cells=2).eval()
    pool.project = nn.Identity()
    maps = torch.arange(16.0).reshape(1, 1, 4, 4).repeat(1, 2, 1, 1)
    means = torch.tensor([[2.5, 4.5], [10.5, 12.5]])
    wanted = functional.interpolate(means[None, None], size=(4, 4), mode="bilinear", align_corners=False)
    assert torch.equal(pool(maps)[:, :1], wanted)


def test_dilated_convolutions_see_as_far_as_their_dilation():
    head = SeparableAspp(4, 4, 2, channels=4, dilations=(1, 5), dropout=0.0).eval()
    maps = torch.randn(1, 4, 21, 21, requires_grad=True)
    head.parallel[1](maps)[0, :, 10, 10].sum().backward()
    seen = maps.grad.abs().sum((0, 1)).nonzero()
    assert sorted({tuple(place) for place in seen.tolist()}) == [(r, c) for r in (5, 10, 15) for c in (5, 10, 15)]


def test_resizing_keeps_a_constant_and_leaves_equal_sizes_alone():
    maps = torch.full((1, 1, 3, 5), 7.0)
    assert resized(maps, (3, 5)) is maps
    assert torch.allclose(resized(maps, (9, 8)), torch.tensor(7.0))


@pytest.mark.parametrize("name", ["segformer_tiny", "segformer_b0"])
def test_segformer_is_the_one_of_transformers(name):
    transformers = pytest.importorskip("transformers")
    spec = NETWORKS[name]
    other = transformers.SegformerForSemanticSegmentation(
        transformers.SegformerConfig(
            num_labels=len(CLASSES), depths=list(spec.blocks), hidden_sizes=list(spec.channels),
            num_attention_heads=list(spec.heads), decoder_hidden_size=spec.decoder_channels,
        )
    ).eval()  # fmt: skip
    ours = build_network(spec).eval()
    with torch.no_grad():
        for value in other.parameters():  # its own start has all biases at nought
            value.add_(0.05 * torch.randn_like(value))
    ours.load_state_dict(other.state_dict())
    images = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        wanted = resized(other(images).logits, (64, 96))
        found = ours(images)["face"]
    assert float(wanted.abs().max()) > 0.1
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_branches_are_left_out_as_often_as_they_should_and_keep_their_mean():
    block = Block(4, heads=1, ratio=1, drop_path=0.25)
    kept = block._sometimes(torch.ones(4000, 1, 1)).flatten()
    assert sorted(set(kept.tolist())) == pytest.approx([0, 4 / 3])
    assert float(kept.mean()) == pytest.approx(1, abs=0.03)
    assert torch.equal(block.eval()._sometimes(torch.ones(3, 1, 1)), torch.ones(3, 1, 1))


def test_an_unknown_network_is_told_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"'segformer_tiyn': did you mean segformer_tiny\?"):
        network_spec("segformer_tiyn")


def test_heads_are_what_pretrained_weights_do_not_bring():
    for name in SMALL:
        spec = NETWORKS[name]
        names = [key for key, _ in build_network(spec).named_parameters()]
        heads = [key for key in names if key.startswith(head_prefixes(spec))]
        assert heads
        backbone = "segformer." if isinstance(spec, SegformerSpec) else "backbone."
        assert all(key.startswith(backbone) for key in set(names) - set(heads))


def test_pretrained_weights_of_a_resnet_with_a_classifier_are_taken_and_others_refused(tmp_path):
    spec = NETWORKS["pspnet_tiny"]
    network, known = build_network(spec), resnet(18, width=0.25, classes=10)
    save_weights(known, tmp_path / "r18.pt")
    assert load_pretrained(network, spec, tmp_path / "r18.pt") == ("fc.bias", "fc.weight")
    assert torch.equal(network.backbone.layer4[1].conv2.weight, known.layer4[1].conv2.weight)
    save_weights(resnet(18, width=0.5, classes=10), tmp_path / "wide.pt")
    with pytest.raises(ValueError, match=r"wide\.pt: .*other shape: .*another architecture"):
        load_pretrained(network, spec, tmp_path / "wide.pt")


# As `nvidia/mit-b0` names them on the hub, and where they stand here.
PUBLISHED = {
    "segformer.encoder.patch_embeddings.1.proj.weight": "segformer.stages.1.patch_embeddings.proj.weight",
    "segformer.encoder.patch_embeddings.1.layer_norm.bias": "segformer.stages.1.patch_embeddings.layer_norm.bias",
    "segformer.encoder.block.0.0.layer_norm_1.weight": "segformer.stages.0.blocks.0.layernorm_before.weight",
    "segformer.encoder.block.0.0.attention.self.query.weight": "segformer.stages.0.blocks.0.attention.q_proj.weight",
    "segformer.encoder.block.0.0.attention.self.key.bias": "segformer.stages.0.blocks.0.attention.k_proj.bias",
    "segformer.encoder.block.0.0.attention.self.value.bias": "segformer.stages.0.blocks.0.attention.v_proj.bias",
    "segformer.encoder.block.0.0.attention.self.sr.weight": (
        "segformer.stages.0.blocks.0.attention.sequence_reduction.sequence_reduction.weight"
    ),
    "segformer.encoder.block.0.0.attention.self.layer_norm.weight": (
        "segformer.stages.0.blocks.0.attention.sequence_reduction.layer_norm.weight"
    ),
    "segformer.encoder.block.0.0.attention.output.dense.weight": "segformer.stages.0.blocks.0.attention.o_proj.weight",
    "segformer.encoder.block.0.0.layer_norm_2.weight": "segformer.stages.0.blocks.0.layernorm_after.weight",
    "segformer.encoder.block.0.0.mlp.dense1.weight": "segformer.stages.0.blocks.0.mlp.fc1.weight",
    "segformer.encoder.block.0.0.mlp.dwconv.dwconv.weight": "segformer.stages.0.blocks.0.mlp.dwconv.dwconv.weight",
    "segformer.encoder.block.0.0.mlp.dense2.weight": "segformer.stages.0.blocks.0.mlp.fc2.weight",
    "segformer.encoder.layer_norm.3.weight": "segformer.stages.3.layer_norm.weight",
    "decode_head.linear_c.2.proj.weight": "decode_head.linear_projections.2.proj.weight",
    "decode_head.batch_norm.weight": "decode_head.batch_norm.weight",
}


def test_published_names_of_a_segformer_are_known():
    state = build_network(NETWORKS["segformer_tiny"]).state_dict()
    marked = {old: torch.tensor(float(n)) for n, old in enumerate(PUBLISHED)}
    assert renamed(marked) == {new: marked[old] for old, new in PUBLISHED.items()}
    assert set(PUBLISHED.values()) <= set(state)
    assert list(renamed(state)) == list(state)


def test_a_segformer_takes_an_encoder_with_another_classifier(tmp_path):
    spec = NETWORKS["segformer_tiny"]
    source, target = build_network(spec), build_network(spec)
    state = {key: value for key, value in source.state_dict().items() if not key.startswith("decode_head.")}
    save_weights({**state, "classifier.weight": torch.zeros(3, 64)}, tmp_path / "mit.pt")
    left_out = load_pretrained(target, spec, tmp_path / "mit.pt")
    assert "classifier.weight" in left_out
    found = target.state_dict()
    assert all(torch.equal(found[name], value) for name, value in state.items())
    del state["segformer.stages.3.layer_norm.weight"]
    save_weights(state, tmp_path / "cut.pt")
    with pytest.raises(ValueError, match=r"missing: segformer\.stages\.3\.layer_norm\.weight"):
        load_pretrained(target, spec, tmp_path / "cut.pt")
