"""Procedural textures: their form, their seams, the same bytes every time."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from occlusionkit.studio.rooms.textures import TEXTURES, texture


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_tiles_without_a_seam(name):
    image = texture(name).astype(float)
    for axis in (0, 1):
        inner = np.abs(np.diff(image, axis=axis)).mean(axis=(1 - axis, 2))
        seam = np.abs(image.take(0, axis) - image.take(-1, axis)).mean()
        # A seam that falls on a joint between boards differs as much as any joint does.
        assert seam <= 1.05 * inner.max(), f"axis {axis}: seam {seam:.1f}, elsewhere at most {inner.max():.1f}"


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_has_structure_and_is_not_burnt_out(name):
    image = texture(name)
    assert (image.shape, image.dtype) == ((512, 512, 3), np.uint8)
    assert image.std() > 1.5
    assert (image == 255).mean() < 0.12 and (image == 0).mean() < 0.01


def test_boards_run_along_u():
    """Wood varies slowly along u and fast along v: swapped axes would turn every grain."""
    image = texture("wood").astype(float)
    assert np.abs(np.diff(image, axis=0)).mean() > 3 * np.abs(np.diff(image, axis=1)).mean()


def test_another_process_paints_the_same_bytes():
    code = (
        "import hashlib\nfrom occlusionkit.studio.rooms.textures import texture\n"
        "print(hashlib.sha256(b''.join(texture(n).tobytes() for n in ('planks', 'persian', 'sprigs'))).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    here = hashlib.sha256(b"".join(texture(name).tobytes() for name in ("planks", "persian", "sprigs"))).hexdigest()
    assert there == here


def test_a_texture_cannot_be_painted_over():
    with pytest.raises(ValueError, match="read-only"):
        texture("wood")[0, 0] = 0


def test_an_unknown_texture_names_those_there_are():
    with pytest.raises(KeyError, match=r"no texture 'velvet'; there are .*weave"):
        texture("velvet")
