"""Settings: what they refuse, and what they are read from."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from occlusionkit.face.presets import GENERATED, TRAINING_SETS, natocc_hand, natocc_objects, randocc
from occlusionkit.face.settings import (
    BlurSettings,
    EdgeSettings,
    FaceSetSettings,
    OutputSettings,
    PlacementSettings,
    SourceSettings,
    TransferSettings,
)
from occlusionkit.face.settings_files import (
    read_settings,
    read_upstream_config,
    settings_from_mapping,
    settings_to_mapping,
)


@pytest.mark.parametrize("settings", [natocc_hand(), natocc_hand(transfer=True), natocc_objects(), randocc()])
def test_settings_survive_a_round_trip_through_yaml(settings):
    text = yaml.safe_dump(settings_to_mapping(settings))
    assert settings_from_mapping(yaml.safe_load(text)) == settings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"plcement": {}}, r"plcement: unknown key; did you mean placement\?"),
        ({"placement": {"area": [0, 1]}}, r"placement\.area: unknown key"),
        ({"placement": {"area_fraction": [1.0, 0.5]}}, r"placement\..*area_fraction: expected a rising pair"),
        ({"placement": {"area_fraction": [0.5]}}, r"placement\.area_fraction: expected 2 values, found \[0.5\]"),
        ({"placement": {"area_fraction": 0.5}}, r"placement\.area_fraction: expected a list, found 0.5"),
        ({"placement": 3}, r"placement: expected keys and values, found 3"),
        ({"seed": "1"}, r"seed: expected int, found '1'"),
        ({"seed": True}, r"seed: expected int, found True"),
        ({"compat": 1}, r"compat: expected bool, found 1"),
        ({"mode": "natoc"}, r"mode: expected natocc or randocc, found 'natoc'"),
        (
            {"occluder": {"blur": {"kernel_px": [2, 7]}}},
            r"occluder\.blur\..*kernel_px: expected odd sizes, found \(2, 7\)",
        ),
        ({"preset": "hands"}, r"preset: expected natocc_hand or natocc_objects or randocc, found 'hands'"),
        ({"compat": True, "source": {"mask_kind": "classes"}}, r"compat: expected binary masks"),
    ],
)
def test_wrong_values_are_refused_by_name(values, message):
    with pytest.raises(ValueError, match=message):
        settings_from_mapping(values)


@pytest.mark.parametrize(
    "make",
    [
        lambda: BlurSettings(probability=1.5),
        lambda: EdgeSettings(erode_px=4),
        lambda: OutputSettings(mask_value=128),
        lambda: OutputSettings(size_hw=(0, 5)),
        lambda: PlacementSettings(center_x=(-0.1, 1.0)),
        lambda: SourceSettings(face_classes=()),
        lambda: SourceSettings(occluder_class=1),
        lambda: TransferSettings(bits=8),
        lambda: FaceSetSettings(name=""),
        lambda: FaceSetSettings(transfer=TransferSettings(method="upstream", device="cuda")),
    ],
)
def test_values_out_of_range_are_refused(make):
    with pytest.raises(ValueError, match=r"expected|cpu only|is one of"):
        make()


def test_documented_parameters_are_the_papers_preset():
    text = (Path(__file__).parents[2] / "docs/faces.md").read_text()
    documented = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])
    assert documented == settings_to_mapping(natocc_hand())


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        natocc_hand().seed = 3  # type: ignore[misc]


def test_mapping_starts_from_a_preset_and_changes_single_values():
    settings = settings_from_mapping({"preset": "randocc", "blob": {"points": [4, 5]}, "output": {"size_hw": [64, 48]}})
    assert settings.mode == "randocc"
    assert settings.transparency.probability == 0.3
    assert settings.blob.points == (4, 5)
    assert settings.output.size_hw == (64, 48)


def test_settings_file_must_be_yaml_with_keys(tmp_path):
    for text, message in (("a: [", "expected YAML"), ("- 1", "expected keys and values, found list")):
        (tmp_path / "s.yaml").write_text(text)
        with pytest.raises(ValueError, match=message):
            read_settings(tmp_path / "s.yaml")
    with pytest.raises(FileNotFoundError, match=r"none\.yaml: expected a YAML file"):
        read_settings(tmp_path / "none.yaml")


UPSTREAM_HAND = {
    "SOURCE_DATASET": {"IMG_DIR": "faces/", "MASK_DIR": "masks/"},
    "OCCLUDER_DATASET": {"IMG_DIR": "hands/", "MASK_DIR": "hand_masks/"},
    "OUTPUT_PATH": "out/",
    "OCCLUSION_MASK": False,
    "AUGMENTATION": {"SOT": True, "ROTATE_AROUND_CENTER": True},
}


def test_upstream_configs_are_read(tmp_path):
    path = tmp_path / "natocc_hand.yaml"
    path.write_text(yaml.safe_dump(UPSTREAM_HAND))
    settings, folders = read_upstream_config(path, seed=9)
    assert (settings.mode, settings.name, settings.seed) == ("natocc", "natocc_hand", 9)
    assert settings.transfer.method == "sot"
    assert settings.placement.rotate_around_center
    assert settings.source.resize_masks
    assert not settings.output.occlusion_mask
    assert (folders.occluders.name, folders.occluder_masks.name, folders.out.name) == ("hands", "hand_masks", "out")


def test_upstream_randocc_config_needs_no_occluders(tmp_path):
    path = tmp_path / "randocc.yaml"
    path.write_text(
        yaml.safe_dump(
            {"MODE": {"RANDOCC": True}, "SOURCE_DATASET": UPSTREAM_HAND["SOURCE_DATASET"], "OUTPUT_PATH": "o"}
        )
    )
    settings, folders = read_upstream_config(path)
    assert settings.mode == "randocc"
    assert settings.transparency.probability == 0.3
    assert not settings.placement.rotate_around_center
    assert folders.occluders.parts == ("dataset", "DTD", "images")
    assert folders.occluder_masks is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"AUGMENTATION": {"SOTT": True}}, r"AUGMENTATION\.SOTT: unknown key; upstream's configs have"),
        ({"OCCLUSION_MASK": "yes"}, r"OCCLUSION_MASK: expected bool, found 'yes'"),
        ({"OUTPUT_PATH": ""}, r"OUTPUT_PATH: expected a folder, found nothing"),
        ({"OCCLUDER_DATASET": {}}, r"OCCLUDER_DATASET\.IMG_DIR: expected a folder"),
    ],
)
def test_wrong_upstream_configs_are_refused(tmp_path, change, message):
    path = tmp_path / "bad.yaml"
    path.write_text(yaml.safe_dump(UPSTREAM_HAND | change))
    with pytest.raises(ValueError, match=message):
        read_upstream_config(path)


def test_paper_training_sets_have_the_papers_sizes():
    """Table 2's image counts, from 24,602 clean and 4,598 occluded photographs."""
    photos = {"clean": 24_602, "occluded": 4_598, "occluded_original": 4_598}
    sizes = {
        name: (sum(photos[group] for group in one.photos), 24_602 * len(one.generated))
        for name, one in TRAINING_SETS.items()
    }
    assert sizes == {
        "C-Original": (29_200, 0),
        "C-CM": (29_200, 0),
        "C-WO": (24_602, 0),
        "C-WO + NatOcc": (24_602, 49_204),
        "C-WO + NatOcc-SOT": (24_602, 49_204),
        "C-WO + RandOcc": (24_602, 49_204),
        "C-WO + Mix": (24_602, 73_806),
        "C-CM + NatOcc": (29_200, 49_204),
        "C-CM + NatOcc-SOT": (29_200, 49_204),
    }
    assert {name for one in TRAINING_SETS.values() for name in one.generated} == set(GENERATED)


def test_hand_sets_differ_in_colour_alone_and_randocc_sets_in_all_draws():
    plain, colored = GENERATED["natocc_hand"], GENERATED["natocc_hand_sot"]
    assert dataclasses.replace(colored, transfer=plain.transfer) == plain
    assert GENERATED["randocc_1"].name != GENERATED["randocc_2"].name
