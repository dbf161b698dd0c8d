"""Whole sets: the same bytes from any number of workers, whole or absent, nothing dropped in silence."""

from __future__ import annotations

import errno
import hashlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from occlusionkit.artifacts import read_table, write_bytes
from occlusionkit.face import generate, sets
from occlusionkit.face.generate import UnusableFaceError
from occlusionkit.face.presets import natocc_hand, randocc
from occlusionkit.face.schemas import MANIFEST
from occlusionkit.face.sets import make_set
from occlusionkit.face.settings import OutputSettings, TransferSettings
from occlusionkit.images import decode_image, encode_png

ALL_FILES = replace(natocc_hand(), output=OutputSettings(occlusion_mask=True, alpha=True, image_format="png"))


def bytes_below(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def gray(path: Path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def test_set_holds_images_masks_and_a_row_for_each(folders):
    summary = make_set(folders, ALL_FILES)
    assert (summary.made, summary.skipped) == (5, 0)
    table = read_table(summary.manifest, MANIFEST)
    assert table["stem"].tolist() == [f"f{n}" for n in range(5)]
    assert set(table["occluder"].tolist()) <= {"bar.png", "ell.png"}
    for row, stem in enumerate(table["stem"]):
        image = decode_image((folders.out / f"img/{stem}.png").read_bytes(), where=stem)
        mask, occluder = gray(folders.out / f"mask/{stem}.png"), gray(folders.out / f"occlusion_mask/{stem}.png")
        assert image.shape[:2] == mask.shape == occluder.shape == (120, 96)
        assert set(np.unique(mask)) == {0, 1}
        assert set(np.unique(occluder)) == {0, 255}
        assert not (mask.astype(bool) & (occluder > 0)).any()
        hidden = 1 - mask.sum() / table["face_pixels"][row]
        assert table["hidden_fraction"][row] == pytest.approx(hidden)
    assert not list(folders.out.parent.glob(".out.partial"))


@pytest.mark.parametrize("transfer", ["none", "sot"])
def test_workers_parts_and_batches_change_no_byte(folders, transfer):
    settings = replace(ALL_FILES, transfer=TransferSettings(method=transfer))
    make_set(replace(folders, out=folders.out / "one"), settings, workers=1)
    batched = replace(settings, transfer=replace(settings.transfer, batch=3))
    make_set(replace(folders, out=folders.out / "two"), batched, workers=2, part_images=2)
    one, two = bytes_below(folders.out / "one"), bytes_below(folders.out / "two")
    assert len(one) == 5 * 4 + 2
    one.pop("set.json"), two.pop("set.json")  # the batch size stands in it
    assert one == two


def test_an_image_does_not_depend_on_the_others(folders):
    make_set(replace(folders, out=folders.out / "all"), ALL_FILES)
    for path in [*folders.faces.iterdir(), *folders.masks.iterdir()]:
        if path.stem != "f3":
            path.unlink()
    make_set(replace(folders, out=folders.out / "alone"), ALL_FILES)
    everything, alone = bytes_below(folders.out / "all"), bytes_below(folders.out / "alone")
    assert {name: everything[name] for name in alone if "f3" in name} == {n: h for n, h in alone.items() if "f3" in n}
    assert sum("f3" in name for name in alone) == 4


def test_randocc_uses_textures_and_sometimes_shines_through(folders, textures):
    always = replace(randocc(), seed=0, transparency=replace(randocc().transparency, probability=1.0))
    summary = make_set(replace(folders, occluders=textures, occluder_masks=None), always)
    table = read_table(summary.manifest, MANIFEST)
    assert set(table["occluder"]) == {"dotted/a.jpg", "dotted/b.JPG", "woven/c.png"}
    assert ((table["opacity"] >= 0.4) & (table["opacity"] <= 0.7)).all()
    assert (table["blob_points"] >= 3).all()
    assert np.isnan(table["rotation_deg"]).sum() == 0


def test_output_size_and_mask_value(folders):
    settings = replace(natocc_hand(), output=OutputSettings(size_hw=(64, 50), mask_value=255))
    make_set(folders, settings)
    assert gray(folders.out / "mask/f0.png").shape == (64, 50)
    assert set(np.unique(gray(folders.out / "mask/f0.png"))) == {0, 255}
    assert gray(folders.out / "img/f0.jpg").shape == (64, 50, 3)


def spoil(folders) -> None:
    """f1 without a mask, f2 cut short, f3 with an empty mask."""
    (folders.masks / "f1.png").unlink()
    image = folders.faces / "f2.jpg"
    image.write_bytes(image.read_bytes()[:500])
    write_bytes(folders.masks / "f3.png", encode_png(np.zeros((120, 96), np.uint8)))


def test_bad_faces_stop_the_set_by_default(folders):
    spoil(folders)
    with pytest.raises(FileNotFoundError, match=r"f1\.jpg: expected the mask .*f1\.png, found none"):
        make_set(folders, natocc_hand())
    write_bytes(folders.masks / "f1.png", (folders.masks / "f0.png").read_bytes())
    with pytest.raises(UnusableFaceError, match=r"f2\.jpg: expected an image, found 500 bytes"):
        make_set(folders, natocc_hand())
    assert not folders.out.exists()


def test_bad_faces_are_skipped_and_listed_on_request(folders):
    spoil(folders)
    summary = make_set(folders, natocc_hand(), on_bad="skip")
    assert (summary.made, summary.skipped) == (2, 3)
    table = read_table(summary.manifest, MANIFEST)
    reasons = dict(zip(table["stem"], table["reason"], strict=True))
    assert reasons["f0"] is None
    assert "expected the mask" in reasons["f1"]
    assert "cannot be decoded" in reasons["f2"]
    assert "found all zero" in reasons["f3"]
    assert sorted(path.stem for path in (folders.out / "img").iterdir()) == ["f0", "f4"]


def test_bad_occluders_stop_the_set_whatever_is_asked(folders):
    write_bytes(folders.occluder_masks / "bar.png", encode_png(np.zeros((70, 60), np.uint8)))
    write_bytes(folders.occluder_masks / "ell.png", encode_png(np.zeros((70, 60), np.uint8)))
    with pytest.raises(ValueError, match=r"(bar|ell)\.png: expected a mask with some pixels set"):
        make_set(folders, natocc_hand(), on_bad="skip")
    (folders.occluder_masks / "ell.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"ell\.png: expected the mask .*ell\.png, found none"):
        make_set(folders, natocc_hand(), on_bad="skip")


def test_empty_occluder_folder_stops_before_anything_is_made(folders, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"empty: expected occluders .*, found none"):
        make_set(replace(folders, occluders=tmp_path / "empty"), natocc_hand())
    assert not folders.out.exists()


def test_unwanted_hidden_fractions_are_drawn_anew_then_skipped(folders):
    narrow = replace(natocc_hand(), hidden_fraction=(0.4, 0.42), attempts=200)
    table = read_table(make_set(replace(folders, out=folders.out / "narrow"), narrow).manifest, MANIFEST)
    assert ((table["hidden_fraction"] >= 0.4) & (table["hidden_fraction"] <= 0.42)).all()
    assert table["attempt"].max() > 0
    never = replace(natocc_hand(), hidden_fraction=(1.0, 1.0), attempts=2)
    summary = make_set(replace(folders, out=folders.out / "never"), never)
    assert (summary.made, summary.skipped) == (0, 5)
    assert "not within 1..1 in 2 attempts" in read_table(summary.manifest, MANIFEST)["reason"][0]


def test_full_disk_gives_one_error_and_no_set(folders, monkeypatch):
    original, written = generate.write_bytes, []

    def fail(path: Path, data: bytes) -> None:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, f"could not write {path}: No space left on device")
        written.append(path)
        original(path, data)

    monkeypatch.setattr(generate, "write_bytes", fail)
    with pytest.raises(OSError, match="No space left on device"):
        make_set(folders, natocc_hand(), on_bad="skip")
    assert not folders.out.exists()


def test_a_stopped_run_continues_and_ends_with_the_same_bytes(folders, monkeypatch):
    whole = replace(folders, out=folders.out / "whole")
    make_set(whole, ALL_FILES, part_images=2)
    broken, original, done = replace(folders, out=folders.out / "broken"), sets.make_part, []

    def stop_at_the_last(faces, *rest, **named):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(faces)
        return original(faces, *rest, **named)

    monkeypatch.setattr(sets, "make_part", stop_at_the_last)
    with pytest.raises(KeyboardInterrupt):
        make_set(broken, ALL_FILES, part_images=2)
    assert not broken.out.exists()
    again: list[str] = []

    def note(faces, *rest, **named):
        again.extend(pair.stem for pair in faces)
        return original(faces, *rest, **named)

    monkeypatch.setattr(sets, "make_part", note)
    make_set(broken, ALL_FILES, part_images=2)
    assert again == ["f4"]
    assert bytes_below(broken.out) == bytes_below(whole.out)


def test_a_stopped_run_of_other_settings_is_not_continued(folders, monkeypatch):
    monkeypatch.setattr(sets, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        make_set(folders, ALL_FILES)
    monkeypatch.undo()
    made: list[str] = []
    original = sets.make_part
    monkeypatch.setattr(sets, "make_part", lambda f, *a, **k: (made.extend(p.stem for p in f), original(f, *a, **k))[1])
    make_set(folders, replace(ALL_FILES, seed=3))
    assert len(made) == 5


def test_output_folder_must_be_free(folders):
    make_set(folders, natocc_hand())
    with pytest.raises(FileExistsError, match="expected an empty folder or none, found a finished set; choose another"):
        make_set(folders, natocc_hand())
    with pytest.raises(FileExistsError, match=r"found \d+ files or folders, f0\.jpg first"):
        make_set(replace(folders, out=folders.faces), natocc_hand())
    (folders.faces.parent / "empty").mkdir()
    make_set(replace(folders, out=folders.faces.parent / "empty"), natocc_hand())


def test_errors_of_worker_processes_arrive_whole(folders):
    spoil(folders)
    write_bytes(folders.masks / "f1.png", (folders.masks / "f0.png").read_bytes())
    with pytest.raises(UnusableFaceError, match=r"f2\.jpg: expected an image, found 500 bytes"):
        make_set(folders, natocc_hand(), workers=2, part_images=2)
    with pytest.raises(ValueError, match="workers: expected at least 1, found 0"):
        make_set(folders, natocc_hand(), workers=0)
