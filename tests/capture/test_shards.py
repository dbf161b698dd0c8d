"""A shard on disk: whole or absent, in the order in which views came, the same whoever encodes."""

from __future__ import annotations

import resource
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from occlusionkit.artifacts import read_table
from occlusionkit.artifacts.schemas import FRAMES, INSTANCES
from occlusionkit.artifacts.zips import StoredZip
from occlusionkit.capture.client import View
from occlusionkit.capture.shards import ShardPaths, write_shard
from occlusionkit.images import decode_depth, decode_image, decode_instance


def shard_paths(folder):
    return ShardPaths(
        *(folder / name for name in ("images.zip", "depth.zip", "masks.zip", "frames.parquet", "instances.parquet"))
    )


def make_row(number):
    return {
        "image": f"a00_sa00_s01_sce02/{number:02d}_000000.jpg",
        "video_id": "a00_sa00_s01_sce02",
        "image_id": 0, "action": 0, "subaction": 0, "subject": 1, "scene": 2, "split": "train", "clip": "boxing-0",
        "camera_id": number,
        "intrinsics": np.diag([20.0, 20.0, 1.0]), "rotation_world_to_camera": np.eye(3),
        "center_world": np.zeros(3), "size_hw": np.array([6, 10], np.int32),
        "joints_3d_world": np.arange(45.0).reshape(15, 3), "person_instance": 1001,
    }  # fmt: skip


def make_view(number):
    """Depth and ids tell which view it is, and rows from columns."""
    depth_m = np.full((6, 10), 1.0 + number / 2, np.float32)
    depth_m[0, 9] = 0.5
    instance = np.full((6, 10), number + 1, np.int32)
    instance[5, 0] = 1001
    return View(rgb=np.full((6, 10, 3), 10 * number, np.uint8), depth_m=depth_m, instance=instance)


def test_views_come_back_under_their_names_in_any_number(tmp_path):
    paths = shard_paths(tmp_path)
    with write_shard(paths, jpeg_quality=95) as writer:
        for number in range(25):  # more than are encoded ahead
            writer.add(make_row(number), make_view(number))
        writer.add_instance(2, 1001, "p01", person=True)
        writer.add_instance(2, 1, "sofa", person=False)
    with StoredZip(paths.images) as images, StoredZip(paths.depth) as depths, StoredZip(paths.masks) as masks:
        assert len(images.names) == 25
        for number in (0, 7, 24):
            stem = f"a00_sa00_s01_sce02/{number:02d}_000000"
            picture = decode_image(images.read(f"{stem}.jpg"), where=stem)
            assert abs(int(picture.mean()) - 10 * number) <= 1
            depth_m = decode_depth(depths.read(f"{stem}.png"), where=stem)
            assert depth_m[0, 9] == 0.5 and depth_m[5, 0] == 1.0 + number / 2
            instance = decode_instance(masks.read(f"{stem}.png"), where=stem)
            assert instance[5, 0] == 1001 and instance[0, 9] == number + 1
    assert read_table(paths.frames, FRAMES)["camera_id"].tolist() == list(range(25))
    assert read_table(paths.instances, INSTANCES)["name"].tolist() == ["sofa", "p01"]


@pytest.mark.parametrize("wrong", ["interrupted", "too deep"])
def test_nothing_is_left_of_a_shard_that_was_cut_short(tmp_path, wrong):
    view = make_view(1)
    if wrong == "too deep":
        view.depth_m[2, 2] = 20.0  # beyond what 16 bits hold: found by the encoding thread
    with (
        pytest.raises((KeyboardInterrupt, ValueError), match=None if wrong == "interrupted" else "20.000 m"),
        write_shard(shard_paths(tmp_path), jpeg_quality=95) as writer,
    ):
        writer.add(make_row(0), make_view(0))
        writer.add(make_row(1), view)
        if wrong == "interrupted":
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_an_id_that_means_two_things_is_refused(tmp_path):
    with (
        pytest.raises(ValueError, match=r"scene 2, instance 7: is 'lamp', was 'sofa'"),
        write_shard(shard_paths(tmp_path), jpeg_quality=95) as writer,
    ):
        writer.add_instance(2, 7, "sofa", person=False)
        writer.add_instance(2, 7, "lamp", person=False)


def test_a_full_disk_is_one_clear_error_and_leaves_no_shard(tmp_path):
    """RLIMIT_FSIZE in a child process stands for the full disk."""
    script = textwrap.dedent(
        f"""
        import resource, signal, sys
        sys.path.insert(0, {str(tmp_path.parent)!r})
        import numpy as np
        from pathlib import Path
        from occlusionkit.capture.client import View
        from occlusionkit.capture.shards import ShardPaths, write_shard
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        names = ("images.zip", "depth.zip", "masks.zip", "frames.parquet", "instances.parquet")
        rng = np.random.default_rng(1)
        noise = rng.integers(0, 255, (120, 200, 3), dtype=np.uint8)
        view = View(rgb=noise, depth_m=np.ones((120, 200), np.float32), instance=np.ones((120, 200), np.int32))
        try:
            with write_shard(ShardPaths(*(Path({str(tmp_path)!r}) / n for n in names)), jpeg_quality=95) as writer:
                for number in range(40):
                    writer.add({{"image": f"v/{{number:02d}}_000000.jpg"}}, view)
        except OSError as error:
            print(error)
            sys.exit(7)
        """
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert "images.zip" in done.stdout and "File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 40_000, "the limit stays in the child"
