"""A folder of textures for the simulator."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from occlusionkit.reid.textures import read_textures


def test_every_image_below_the_folder_is_taken_in_order_and_large_ones_are_made_smaller(tmp_path):
    for name, value, size_hw in (("b/deep.png", 90, (30, 20)), ("a.jpg", 10, (1024, 600)), ("c.PNG", 200, (8, 8))):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(path), np.full((*size_hw, 3), value, np.uint8))
    (tmp_path / "notes.txt").write_text("no texture")
    textures = read_textures(tmp_path)
    assert [one.shape for one in textures] == [(512, 300, 3), (30, 20, 3), (8, 8, 3)]
    assert [int(one.mean()) for one in textures] == [10, 90, 200]


def test_a_folder_without_textures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected textures for the occlusion simulator, found no image"):
        read_textures(tmp_path)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")
    with pytest.raises(ValueError, match=r"broken\.png: expected an image"):
        read_textures(tmp_path)
