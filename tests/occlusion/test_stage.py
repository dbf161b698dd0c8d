"""Labelling a shard: the right map for each frame, and shards that do not fit together."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from occlusionkit.artifacts.tables import read_table, write_table
from occlusionkit.artifacts.zips import write_stored_zip
from occlusionkit.geometry import camera_of
from occlusionkit.images import encode_depth, encode_instance
from occlusionkit.occlusion.labels import HIDDEN_BY, LabelRule, label_joints
from occlusionkit.occlusion.stage import image_member, label_shard
from occlusionkit.skeletons import OCCLUSION_PERSON


def label(shard, rule=None):
    return label_shard(shard.frames, shard.instances, shard.depth_zip, shard.masks_zip, rule or LabelRule())


def rewrite(path, maps, encode):
    with write_stored_zip(path) as archive:
        for image, values in maps.items():
            archive.add(image.replace(".jpg", ".png"), encode(values))


def test_an_images_member_has_its_path_and_png():
    assert image_member("a05_sa01_s14_sce00/00_000000.jpg") == "a05_sa01_s14_sce00/00_000000.png"


def test_a_known_shard_gets_its_known_labels(shard):
    labels = label(shard)
    assert labels["image"].tolist() == shard.frames["image"].tolist()
    for row in range(2):
        assert labels["visible"][row].tolist() == [False] * 5 + [True] * 9 + [False]
        causes = [HIDDEN_BY[cause] for cause in labels["hidden_by"][row]]
        assert causes == ["furniture"] * 4 + ["person"] + ["none"] * 10
        assert labels["instance_hit"][row].tolist() == [3] * 4 + [2] + [1] * 9 + [4]
        # Joints are 4.125 m away; surfaces are whole metres, exact in quarter millimetres.
        np.testing.assert_allclose(
            labels["gap_m"][row], [2.125] * 4 + [1.125] + [0.125] * 9 + [-1.875], rtol=0, atol=1e-9
        )
    assert labels["in_image"].all()


def test_every_frame_gets_its_own_map(shard):
    image = sorted(shard.depth_m)[1]
    rewrite(shard.depth_zip, shard.depth_m | {image: np.zeros_like(shard.depth_m[image])}, encode_depth)
    labels = label(shard)
    assert labels["visible"][0].any()
    assert (labels["gap_m"][1] == -np.inf).all()


def test_a_shard_is_labelled_as_its_images_are(shard):
    rule = LabelRule(threshold_m=0.1, rule="one_sided", joint_thresholds_m={"rwri": 0.5})
    labels = label(shard, rule)
    for row, image in enumerate(shard.frames["image"]):
        frame = {name: values[row] for name, values in shard.frames.columns.items()}
        alone = label_joints(
            frame["joints_3d_world"],
            camera_of(frame),
            shard.depth_m[image],
            shard.instance[image],
            person_instance=1,
            people=frozenset((1, 2)),
            joints=OCCLUSION_PERSON.joints,
            rule=rule,
        )
        for field in dataclasses.fields(alone):
            np.testing.assert_array_equal(labels[field.name][row], getattr(alone, field.name), err_msg=field.name)


def test_labels_are_a_table_of_the_project(shard, tmp_path):
    labels = label(shard)
    write_table(tmp_path / "labels.parquet", labels)
    np.testing.assert_array_equal(read_table(tmp_path / "labels.parquet", labels.schema)["gap_m"], labels["gap_m"])


def test_a_missing_and_a_foreign_map_are_refused(shard):
    first, second = sorted(shard.depth_m)
    rewrite(shard.depth_zip, {first: shard.depth_m[first], "x/y.jpg": shard.depth_m[second]}, encode_depth)
    with pytest.raises(
        ValueError, match=r"depth\.zip: .*1 missing \['a00.*01_000000\.png'\], 1 without a frame \['x/y"
    ):
        label(shard)


def test_a_map_of_another_size_is_refused_by_name(shard):
    image = sorted(shard.instance)[1]
    rewrite(shard.masks_zip, shard.instance | {image: shard.instance[image].T}, encode_instance)
    with pytest.raises(ValueError, match=r"masks\.zip\[a00.*01_000000\.png\]: expected the camera's \(24, 40\)"):
        label(shard)


def test_a_zip_cut_in_half_is_refused_by_name(shard):
    shard.masks_zip.write_bytes(shard.masks_zip.read_bytes()[: shard.masks_zip.stat().st_size // 2])
    with pytest.raises(ValueError, match=r"masks\.zip: expected a whole zip"):
        label(shard)


def test_a_member_that_is_no_image_is_refused_by_name(shard):
    image = sorted(shard.depth_m)[0]
    rewrite(
        shard.depth_zip, shard.depth_m, lambda values: b"" if values is shard.depth_m[image] else encode_depth(values)
    )
    with pytest.raises(ValueError, match=r"depth\.zip\[a00.*00_000000\.png\]: expected an image"):
        label(shard)


def test_an_id_that_nobody_knows_is_refused(shard):
    known = shard.instances.take(shard.instances["instance"] != 3)
    with pytest.raises(ValueError, match=r"masks\.zip\[a00.*\], scene 5: expected ids of the instances .* also \[3\]"):
        label(dataclasses.replace(shard, instances=known))


@pytest.mark.parametrize("instance", [4, 9])  # a wall; a person of another scene
def test_a_frame_of_nobody_is_refused(shard, instance):
    columns = dict(shard.frames.columns) | {"person_instance": np.full(2, instance, np.int32)}
    frames = dataclasses.replace(shard.frames, columns=columns)
    with pytest.raises(ValueError, match=rf"person_instance {instance} is no person of scene 5.*one of \[1, 2\]"):
        label(dataclasses.replace(shard, frames=frames))


def test_the_benchmarks_two_ways_of_labelling_agree():
    # The program stops when its plain loop over joints and label_shard give different labels.
    bench = Path(__file__).parents[2] / "benchmarks" / "bench_labels.py"
    command = [sys.executable, str(bench), "--images", "8", "--target", "0"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert re.search(r"^ratio +\d", run.stdout, flags=re.MULTILINE)
