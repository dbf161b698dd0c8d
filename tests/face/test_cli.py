"""The commands: what they make, and what they tell a person who mistypes."""

from __future__ import annotations

import json

import pytest
import torch
import typer
import yaml
from typer.testing import CliRunner

from occlusionkit.artifacts import read_table
from occlusionkit.face import cli
from occlusionkit.face.model_card import ModelCard, write_card
from occlusionkit.face.networks.build import build_network
from occlusionkit.face.networks.catalogue import NETWORKS
from occlusionkit.face.schemas import MANIFEST, SCORES
from occlusionkit.learning.weights import save_weights

app = typer.Typer()
app.add_typer(cli.app)
app.add_typer(cli.face_app, name="face")


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def natocc(folders, *more: object) -> tuple[int, str]:
    return run(
        *("natocc", "--faces", folders.faces, "--masks", folders.masks, "--occluders", folders.occluders),
        *("--occluder-masks", folders.occluder_masks, "--out", folders.out, *more),
    )


def settings_of(folders) -> dict:
    return json.loads((folders.out / "set.json").read_text())["settings"]


def test_natocc_makes_a_set_and_says_so(folders):
    status, output = natocc(folders, "--transfer", "--mask-value", 255, "--keep-photo", "--seed", 4)
    assert status == 0
    assert "out: 5 images, 0 skipped; manifest.parquet lists them" in output
    assert set(read_table(folders.out / "manifest.parquet", MANIFEST)["transfer"]) == {"sot"}
    settings = settings_of(folders)
    assert (settings["seed"], settings["output"]["mask_value"], settings["image"]["enabled"]) == (4, 255, False)


def test_options_win_over_the_config_file_and_that_over_the_preset(folders, tmp_path):
    (tmp_path / "c.yaml").write_text(
        yaml.safe_dump({"seed": 7, "placement": {"rotate_around_center": False}, "transfer": {"batch": 2}})
    )
    assert natocc(folders, "--config", tmp_path / "c.yaml", "--seed", 8)[0] == 0
    settings = settings_of(folders)
    assert settings["seed"] == 8
    assert not settings["placement"]["rotate_around_center"]
    assert settings["transfer"]["method"] == "none"
    assert settings["transfer"]["batch"] == 2


def test_randocc_makes_a_set(folders, textures):
    status, _ = run(
        "randocc", "--faces", folders.faces, "--masks", folders.masks, "--textures", textures, "--out", folders.out
    )
    assert status == 0
    assert settings_of(folders)["transparency"]["probability"] == 0.3


def test_upstream_config_replaces_the_folders(folders, tmp_path):
    config = {
        "SOURCE_DATASET": {"IMG_DIR": str(folders.faces), "MASK_DIR": str(folders.masks)},
        "OCCLUDER_DATASET": {"IMG_DIR": str(folders.occluders), "MASK_DIR": str(folders.occluder_masks)},
        "OUTPUT_PATH": str(folders.out),
        "OCCLUSION_MASK": True,
        "AUGMENTATION": {"SOT": True, "ROTATE_AROUND_CENTER": True},
    }
    (tmp_path / "natocc_hand.yaml").write_text(yaml.safe_dump(config))
    assert run("natocc", "--upstream-config", tmp_path / "natocc_hand.yaml")[0] == 0
    assert (folders.out / "occlusion_mask/f0.png").exists()
    # What the command line does not say is the config's; a folder that it names wins.
    assert run("natocc", "--upstream-config", tmp_path / "natocc_hand.yaml", "--out", tmp_path / "again")[0] == 0
    assert (tmp_path / "again/manifest.parquet").exists()
    assert settings_of(folders)["transfer"]["method"] == "sot"


def test_mistakes_end_with_status_2_and_the_option_named(folders, tmp_path):
    status, output = run("natocc", "--faces", folders.faces, "--out", folders.out)
    assert status == 2
    assert "--masks / --occluders" in output
    status, output = natocc(folders, "--mask-value", 3)
    assert status == 2
    assert "expected 1 or 255, found 3" in output
    (tmp_path / "c.yaml").write_text("mode: randocc\n")
    status, output = natocc(folders, "--config", tmp_path / "c.yaml")
    assert status == 2
    assert "expected mode natocc, found randocc" in output
    status, output = natocc(folders, "--config", tmp_path / "c.yaml", "--upstream-config", tmp_path / "c.yaml")
    assert status == 2
    assert "expected one of the two, found both" in output


def test_score_prints_and_writes(folders, tmp_path):
    natocc(folders, "--mask-value", 255)
    masks, manifest = folders.out / "mask", folders.out / "manifest.parquet"
    status, output = run(
        *("face", "score", "--masks", folders.out / "mask", "--truth", masks, "--manifest", manifest),
        *("--out", tmp_path / "s.parquet", "--summary", tmp_path / "s.json"),
    )
    assert status == 0
    assert "miou            1.0000   95% interval 1.0000 .. 1.0000" in output
    assert "hidden 0." in output
    assert len(read_table(tmp_path / "s.parquet", SCORES)) == 5
    assert json.loads((tmp_path / "s.json").read_text())["set"]["boundary_iou"] == 1.0


def test_help_tells_what_the_options_are_for():
    for command in (("natocc",), ("randocc",), ("face", "score"), ("face", "mask-plain-ground")):
        status, output = run(*command, "--help")
        assert status == 0
        assert "Folder of" in output or "Folder for" in output


@pytest.fixture
def weights(tmp_path):
    """A network that knows nothing yet, and its description."""
    torch.manual_seed(0)
    save_weights(build_network(NETWORKS["pspnet_tiny"]), tmp_path / "model/weights.pt")
    write_card(tmp_path / "model/model.json", ModelCard(network="pspnet_tiny", size_px=32))
    return tmp_path / "model/weights.pt"


def segment(folder, weights, *more: object) -> tuple[int, str]:
    return run("face", "segment", "--images", folder / "img", "--weights", weights, "--out", folder / "out", *more)


def test_segment_makes_a_mask_for_every_image_and_lists_what_it_left_out(tmp_path, write_faces, weights):
    write_faces(tmp_path, ["a.1", "b"])
    (tmp_path / "img/broken.jpg").write_bytes(b"no image")
    status, output = segment(tmp_path, weights, "--device", "cpu", "--skip-bad", "--flip", "--scale", 1, "--overlays")
    assert status == 0
    assert "out: 2 masks, 1 skipped" in output
    assert "skipped: " in output
    assert "broken.jpg: expected an image" in output
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == ["a.1.png", "b.png"]
    assert len(list((tmp_path / "out/overlay").iterdir())) == 2


def test_segment_tells_what_was_mistyped(tmp_path, write_faces, weights):
    write_faces(tmp_path, ["a"])
    status, output = segment(tmp_path, weights, "--threshold", 1.5)
    assert status == 2
    assert "expected a probability in (0, 1), found 1.5" in output
    status, output = segment(tmp_path, weights, "--network", "pspnet_tiny")
    assert status == 2
    assert "--network / --size-px" in output


def test_segment_refuses_weights_of_another_network_and_weights_that_nothing_describes(tmp_path, write_faces, weights):
    write_faces(tmp_path, ["a"])
    with pytest.raises(ValueError, match=r"weights\.pt: these are not the weights of this network"):
        segment(tmp_path, weights, "--network", "deeplabv3plus_tiny", "--size-px", 32, "--device", "cpu")
    weights.with_name("model.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.json: expected the description"):
        segment(tmp_path, weights)
    with pytest.raises(ValueError, match=r"'pspnet': did you mean pspnet"):
        segment(tmp_path, weights, "--network", "pspnet", "--size-px", 32)
