"""Where faces come from is a matter of the config alone: the studio, a folder, or an acquired dataset."""

from __future__ import annotations

import pytest
import yaml

pytestmark = pytest.mark.slow
TABLE = "results/tables/face/results.md"


def planned(snakemake, folder, **changes):
    """The dry run of the face table under changes to the config."""
    config = folder / "changes.yaml"
    config.write_text(yaml.safe_dump(changes))
    return snakemake(folder / "run", "-n", "--", TABLE, configs=(config,))


def test_by_default_the_studio_renders_what_is_needed_and_no_more(snakemake, tmp_path):
    run = planned(snakemake, tmp_path)
    assert run.status == 0, run.text[-2000:]
    assert "rule render_clean_faces" in run.text
    assert "rule render_test_faces" in run.text
    # Neither C-WO nor C-WO + RandOcc needs hands, or faces that are truly occluded.
    assert "rule render_hands" not in run.text
    assert "rule render_occluded_faces" not in run.text
    assert "cofw" not in run.text


def test_folders_and_acquired_datasets_take_the_studios_place(snakemake, tmp_path):
    for name in ("CelebAMask-HQ-WO-Train_img", "CelebAMask-HQ-WO-Train_mask", "DTD/images"):
        (tmp_path / "mine" / name).mkdir(parents=True)
    for name in ("image", "mask"):
        (tmp_path / "cofw" / name).mkdir(parents=True)
    sources = {"faces": str(tmp_path / "mine"), "realocc": "realocc", "realocc_wild": None}
    run = planned(snakemake, tmp_path, datasets={**sources, "cofw": str(tmp_path / "cofw")})
    assert run.status == 0, run.text[-2000:]
    assert "rule render_" not in run.text
    assert "rule index_files" in run.text
    assert "results/index/realocc.files.parquet" in run.text
    assert f"{tmp_path}/cofw/image" in run.text
    assert "realocc_wild" not in run.text


@pytest.mark.parametrize(
    ("face", "words"),
    [
        ({"networks": ["segformer_tinny"]}, ["face.networks", "segformer_tinny"]),
        ({"training_sets": ["C-WO + Everything"]}, ["face.training_sets", "C-WO + Everything"]),
        ({"schedules": {"segformer_tiny": {"learning_rate": 0.1}}}, ["face.schedules.segformer_tiny", "learning_rate"]),
        ({"sets": {"randocc_1": {"blob": {"point": [3, 4]}}}}, ["face.sets.randocc_1", "blob.point", "points"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_face_config_is_told_by_its_key(face, words, snakemake, tmp_path):
    run = planned(snakemake, tmp_path, face=face)
    assert run.status != 0
    for word in words:
        assert word in run.text, run.text[-2000:]
