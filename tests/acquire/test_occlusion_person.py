"""Occlusion-Person: items to a table in our units, checked; images in place; nothing that a file names is run."""

from __future__ import annotations

import os
import pickle
import zipfile

import numpy as np
import pytest

from occlusionkit.acquire.layouts import item_stream
from occlusionkit.acquire.layouts.common import LayoutError
from occlusionkit.acquire.layouts.occlusion_person import (
    check_items,
    index_occlusion_person,
    items_table,
    read_annotations,
    read_items,
)
from occlusionkit.acquire.pack import pack_volumes
from occlusionkit.acquire.stores import FolderStore, NestedZipStore, ZipStore
from occlusionkit.artifacts.pickles import UnsafePickleError


def test_items_become_metres_in_our_frames(tiny_occlusion_person):
    table = read_annotations(tiny_occlusion_person.root)
    assert len(table) == 12
    row = next(i for i in range(12) if table["split"][i] == "train" and table["item"][i] == 4)
    item = tiny_occlusion_person.items["train"][4]
    assert table["image"][row] == "a05_sa01_s14_sce00/03_000005.jpg" == item["image"]
    identity = [int(table[name][row]) for name in ("action", "subaction", "subject", "scene", "camera_id", "image_id")]
    assert identity == [5, 1, 14, 0, 3, 5]
    np.testing.assert_allclose(table["joints_3d_camera"][row] * 1000, item["joints_3d"], rtol=1e-6)
    np.testing.assert_allclose(table["center_world"][row] * 1000, item["camera"]["T"][:, 0], rtol=1e-12)
    # The camera model, written out: x = R (X - T), u = f x / z + c.
    moved = (item["joints_gt"] - item["camera"]["T"].T) @ item["camera"]["R"].T
    projected = moved[:, :2] / moved[:, 2:] * 60 + [48, 27]
    np.testing.assert_allclose(table["joints_2d"][row], projected, atol=1e-4)
    assert table["visible"][row].tolist() == item["joints_vis_2d"][:, 0].astype(bool).tolist()
    assert table["intrinsics"][row].tolist() == [[60, 0, 48], [0, 60, 27], [0, 0, 1]]


@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_gives_the_same_table(tiny_occlusion_person, tmp_path, protocol):
    items = tiny_occlusion_person.items["train"]
    path = tmp_path / "unrealcv_train.pkl"
    path.write_bytes(pickle.dumps(items, protocol=protocol))
    table = read_items(path, split="train")
    expected = items_table(items, split="train", where="memory")
    for column in table.schema.columns:
        np.testing.assert_array_equal(table[column.name], expected[column.name])


def test_items_that_share_their_camera_are_read(tiny_occlusion_person, tmp_path):
    items = tiny_occlusion_person.items["train"]
    shared = [{**item, "camera": items[0]["camera"]} for item in items]
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(shared, protocol=2))
    assert len(read_items(tmp_path / "a.pkl", split="train")) == len(items)


class Planted:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [0, 2, 5])
@pytest.mark.parametrize("place", ["item", "camera", "object array", "getattr", "eval"])
def test_a_planted_call_runs_nothing(tiny_occlusion_person, tmp_path, protocol, place):
    canary = tmp_path / "canary"
    call = Planted(os.system, f"touch {canary}")
    items = tiny_occlusion_person.items["train"]
    if place == "item":
        items[3]["box"] = call
    elif place == "camera":
        items[3]["camera"]["R"] = call
    elif place == "object array":
        items[3]["joints_2d"] = np.array([[call, 1.0]], dtype=object)
    elif place == "getattr":
        items[3]["box"] = Planted(getattr, Planted(__import__, "os"), "system")
    else:
        items[3]["box"] = Planted(eval, f"open({str(canary)!r}, 'w')")
    path = tmp_path / "evil.pkl"
    path.write_bytes(pickle.dumps(items, protocol=protocol))
    with pytest.raises(UnsafePickleError, match=r"evil\.pkl: refused"):
        read_items(path, split="train")
    assert not canary.exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda item: item.pop("joints_gt"), "item 2 has no 'joints_gt'"),
        (lambda item: item.update(joints_2d=np.zeros((2, 15))), r"item 2, joints_2d: expected .* found \(2, 15\)"),
        (lambda item: item.update(joints_2d=np.zeros((17, 2))), r"found \(17, 2\)"),
        (lambda item: item.update(box=[1, 2, 3, 4]), "item 2, box: expected an array of shape .* found list"),
        (lambda item: item.update(joints_3d=np.full((15, 3), np.nan)), "item 2, joints_3d: expected finite numbers"),
        (lambda item: item.update(joints_vis=np.full((15, 1), 2.0)), "item 2, joints_vis: expected 0 or 1, found 2"),
        (lambda item: item.update(video_id="s14"), "expected video_id like a05_sa01_s14_sce00, found 's14'"),
        (lambda item: item.update(camera_id=1.5), "camera_id: expected one number per item"),
        (lambda item: item.update(camera=None), "expected every item's camera to be a dictionary"),
        (lambda item: item.update(image=b"bytes"), "item 2, image: expected text, found bytes"),
        (lambda item: item.update(camera_id=2), "its name and camera_id 2, image_id 0 differ: fields swapped"),
        (lambda item: item.update(joints_vis=0 * item["joints_vis"]), "visible joint that is not in the image"),
        (lambda item: item["camera"].update(R=-item["camera"]["R"]), "camera R is no rotation"),
    ],
)  # fmt: skip
def test_an_item_that_does_not_fit_is_named(tiny_occlusion_person, change, message):
    items = tiny_occlusion_person.items["train"]
    items[2]["joints_vis_2d"][0] = 1
    change(items[2])
    with pytest.raises(LayoutError, match=message):
        check_items(items_table(items, split="train", where="annot.pkl"), "annot.pkl")


@pytest.mark.parametrize(
    ("scale", "message"),
    [(1e-3, "is it m or cm"), (1e-1, "is it m or cm")],
)
def test_another_unit_is_noticed(tiny_occlusion_person, scale, message):
    items = tiny_occlusion_person.items["train"]
    for item in items:
        item.update(joints_3d=item["joints_3d"] * scale, joints_gt=item["joints_gt"] * scale)
        item["camera"]["T"] = item["camera"]["T"] * scale
    if scale == 1e-1:
        for item in items:  # 25 to 40 cm away, were it read as mm: still too near
            item["joints_3d"] = item["joints_3d"] * 0.9
    with pytest.raises(LayoutError, match=message):
        check_items(items_table(items, split="train", where="x"), "x")


def test_a_translation_in_the_place_of_the_centre_is_noticed(tiny_occlusion_person):
    items = tiny_occlusion_person.items["train"]
    for item in items:
        item["camera"]["T"] = -item["camera"]["R"] @ item["camera"]["T"]
    with pytest.raises(LayoutError, match="T must be the camera's centre"):
        check_items(items_table(items, split="train", where="x"), "x")


def test_another_principal_point_is_noticed(tiny_occlusion_person):
    items = tiny_occlusion_person.items["train"]
    for item in items:
        item["camera"].update(cx=np.float64(27.0), cy=np.float64(48.0))
    with pytest.raises(LayoutError, match="px away from joints_2d"):
        check_items(items_table(items, split="train", where="x"), "x")


def test_images_are_indexed_in_their_zip(tiny_occlusion_person):
    index = index_occlusion_person(tiny_occlusion_person.root, {"images": 12, "actions": 2, "cameras": 3})
    assert index["path"][0] == "unrealcv/images.zip@/images/a05_sa01_s14_sce00/00_000000.jpg"
    assert set(zip(index["role"], index["identity"], strict=True)) == {
        ("train", "a05_sa01_s14_sce00"), ("validation", "a06_sa02_s03_sce08")}  # fmt: skip
    assert index["camera"].tolist() == ["0", "0", "3", "3", "7", "7"] * 2
    assert index["size_hw"].tolist() == [[54, 96]] * 12


def test_unpacked_images_are_taken_too(tiny_occlusion_person):
    folder = tiny_occlusion_person.root / "unrealcv"
    with zipfile.ZipFile(folder / "images.zip") as archive:
        archive.extractall(folder)
    (folder / "images.zip").unlink()
    index = index_occlusion_person(tiny_occlusion_person.root, {})
    assert index["path"][0] == "unrealcv/images/a05_sa01_s14_sce00/00_000000.jpg"


def _rezip(root, edit) -> None:
    path = root / "unrealcv" / "images.zip"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    edit(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_a_missing_image_is_named(tiny_occlusion_person):
    _rezip(tiny_occlusion_person.root, lambda m: m.pop("images/a05_sa01_s14_sce00/03_000005.jpg"))
    with pytest.raises(
        LayoutError, match=r"1 annotated images are not in .*images\.zip, a05_sa01_s14_sce00/03_000005\.jpg"
    ):
        index_occlusion_person(tiny_occlusion_person.root, {})


def test_images_with_swapped_width_and_height_are_named(tiny_occlusion_person):
    from occlusionkit.images import encode_jpeg

    turned = encode_jpeg(np.zeros((96, 54, 3), np.uint8), quality=80)
    _rezip(tiny_occlusion_person.root, lambda members: members.update(dict.fromkeys(members, turned)))
    items = tiny_occlusion_person.items
    wide = max(item["joints_2d"][:, 0].max() for split in items.values() for item in split)
    assert wide > 54  # else the swap could not be seen
    with pytest.raises(LayoutError, match=r"images are 54 x 96, .* width and height are swapped"):
        index_occlusion_person(tiny_occlusion_person.root, {})


def test_a_missing_split_is_named(tiny_occlusion_person):
    (tiny_occlusion_person.root / "unrealcv" / "annot" / "unrealcv_validation.pkl").unlink()
    with pytest.raises(LayoutError, match=r"unrealcv_validation\.pkl: expected the validation annotations"):
        index_occlusion_person(tiny_occlusion_person.root, {})


def test_images_are_read_without_unpacking_even_from_volumes(tiny_occlusion_person, tmp_path):
    folder = tiny_occlusion_person.root / "unrealcv"
    parts = pack_volumes(folder / "images.zip", tmp_path / "parts", stem="occlusion_person.zip", volume_bytes=5000)
    assert len(parts) > 3
    stores = [ZipStore(folder / "images.zip"), NestedZipStore(parts[0], "images.zip")]
    with zipfile.ZipFile(folder / "images.zip") as archive:
        archive.extractall(tmp_path / "plain")
    stores.append(FolderStore(tmp_path / "plain"))
    names = stores[0].names
    assert len(names) == 12
    for store in stores:
        assert store.names == names
        assert [store.read(name) for name in names] == [stores[0].read(name) for name in names]
        assert store.head(names[3], 100) == stores[0].read(names[3])[:100]
        assert store.size(names[5]) == len(stores[0].read(names[5]))
        with pytest.raises(KeyError):
            store.read("images/none.jpg")
    stores[0].close()
    stores[1].close()


def _many(items, count):
    """More items than one batch of the pickle format (1,000), each with a frame number of its own."""
    return [
        {**items[0], "image_id": n, "image": f"{items[0]['video_id']}/{items[0]['camera_id']:02d}_{n:06d}.jpg"}
        for n in range(count)
    ]


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_items_keep_their_position_over_batches(tiny_occlusion_person, tmp_path, protocol):
    items = _many(tiny_occlusion_person.items["train"], 2500)
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(items, protocol=protocol))
    table = read_items(tmp_path / "a.pkl", split="train")
    assert table["item"].tolist() == list(range(2500))
    assert table["image_id"].tolist() == list(range(2500))


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_wrong_item_of_a_later_batch_is_named_by_its_position(tiny_occlusion_person, tmp_path, protocol):
    items = _many(tiny_occlusion_person.items["train"], 2500)
    items[2345] = {**items[2345], "box": np.zeros(5)}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(items, protocol=protocol))
    with pytest.raises(LayoutError, match="item 2345, box"):
        read_items(tmp_path / "a.pkl", split="train")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pickle.dumps({"a": 1}, 2), "expected a list of annotation dictionaries, found dict"),
        (pickle.dumps([], 2), "expected a list of annotation dictionaries, found list"),
        (pickle.dumps([1, 2], 2), "expected a list of annotation dictionaries"),
        (b"", "whole pickle"),
        (pickle.dumps([{"image": "x"}], 2)[:-9], "whole pickle"),
        (b"\x80\x02]coccluSionkit\nthe list\n.", "whole pickle|asks for"),
        # The stand-in's name, given by the file itself: it is a list's stand-in once, and only at its place.
        (b"\x80\x02]coccIusionkit\nthe list\n(K\x01e.".replace(b"I", b"l"), "asks for|expected a list|whole pickle"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_items_is_refused(tmp_path, data, message):
    (tmp_path / "a.pkl").write_bytes(data)
    with pytest.raises(ValueError, match=message):
        read_items(tmp_path / "a.pkl", split="train")


def _sharing(items, count, how):
    """Items that share the text of their video, or whole cameras too, over any distance."""
    camera = items[0]["camera"]
    cameras = {"own": lambda: {**camera, "R": camera["R"].copy()}, "shared": lambda: camera}
    many = _many(items, count)
    for number, item in enumerate(many):
        video = f"a05_sa01_s14_sce{number // 700:02d}"
        item.update(camera=cameras[how](), video_id=video, image=item["image"].replace(item["video_id"], video))
    texts: dict[str, str] = {}
    for item in many:
        item["video_id"] = texts.setdefault(item["video_id"], item["video_id"])
    return many


@pytest.mark.parametrize("how", ["own", "shared"])
def test_clearing_the_readers_memory_changes_nothing(tiny_occlusion_person, tmp_path, monkeypatch, how):
    items = _sharing(tiny_occlusion_person.items["train"], 4200, how)
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(items, protocol=2))
    monkeypatch.setattr(item_stream, "CLEAR_EVERY", 1000)
    cleared = []
    real = item_stream._remembering
    monkeypatch.setattr(item_stream, "_remembering", lambda kept: cleared.append(len(kept)) or real(kept))
    found: list[dict] = []
    assert item_stream.stream_items(path, found.extend)
    assert len(cleared) == 4
    assert max(cleared) < 3200  # of some 120 slots an item
    expected = items_table(items, split="train", where="memory")
    table = items_table(found, split="train", where="stream")
    for column in table.schema.columns:
        np.testing.assert_array_equal(table[column.name], expected[column.name])


def test_a_file_that_refers_to_what_was_cleared_is_read_whole(tiny_occlusion_person, tmp_path, monkeypatch):
    items = _sharing(tiny_occlusion_person.items["train"], 3000, "own")
    items[2500]["box"] = items[100]["box"]  # one and the same array, 2,400 items apart
    items[100]["box"] = items[2500]["box"] = np.array([1.0, 2.0, 3.0, 4.0])
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(items, protocol=2))
    monkeypatch.setattr(item_stream, "CLEAR_EVERY", 1000)
    monkeypatch.setattr(item_stream, "_FIRST_SLOTS", 300)
    assert not item_stream.stream_items(path, lambda batch: None)
    table = read_items(path, split="train")
    assert table["box_xyxy"][[100, 2500]].tolist() == [[1, 2, 3, 4]] * 2
