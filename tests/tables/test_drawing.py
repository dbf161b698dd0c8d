"""What is drawn where: hidden joints are red crosses at the joint, visible ones are not red."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from occlusionkit.artifacts.schemas import DATASETS, INDEX, RATES
from occlusionkit.artifacts.tables import make_table
from occlusionkit.occlusion.statistics import occlusion_rates
from occlusionkit.skeletons import OCCLUSION_PERSON, Skeleton
from occlusionkit.tables.datasets import dataset_table
from occlusionkit.tables.drawing import draw_depth, draw_joints, tile
from occlusionkit.tables.figures import facing_camera, sample_rows
from occlusionkit.tables.report import OcclusionPerson, build_report
from occlusionkit.tables.sections import Picture, Section, ShownTable

TWO = Skeleton(name="two", joints=("root", "lwri"), parents=(-1, 0))
GREY = np.full((90, 160, 3), 128, np.uint8)


def redness(image):
    return (image[..., 0].astype(int) > 200) & (image[..., 1] < 90) & (image[..., 2] < 90)


def test_a_hidden_joint_is_a_red_cross_at_its_pixel_and_a_visible_one_is_not_red():
    joints = np.array([[40.5, 30.5], [120.5, 60.5]])
    drawn = draw_joints(GREY, joints, in_image=np.array([True, True]), visible=np.array([True, False]), skeleton=TWO)
    ys, xs = np.nonzero(redness(drawn))
    assert abs(xs.mean() - 120) < 1 and abs(ys.mean() - 60) < 1
    assert (np.abs(xs - 120) < 8).all() and (np.abs(ys - 60) < 8).all()
    assert (GREY == 128).all(), "the given image is left as it was"


def test_joints_outside_the_image_are_not_drawn():
    joints = np.array([[40.5, 30.5], [-1e6, -1e6]])
    drawn = draw_joints(GREY, joints, in_image=np.array([False, False]), visible=np.array([False, False]), skeleton=TWO)
    assert (drawn == GREY).all()


def test_near_depth_is_brighter_than_far_and_nothing_is_black():
    depth_m = np.array([[1.0, 5.0, 0.0]], np.float32)
    drawn = draw_depth(depth_m, near_m=1.0, far_m=6.0).sum(axis=2)[0]
    assert drawn[0] > drawn[1] > drawn[2] == 0


def test_tiles_keep_their_order_row_by_row():
    images = [np.full((2, 3, 3), value, np.uint8) for value in (10, 20, 30)]
    sheet = tile(images, columns=2, gap=1)
    assert sheet.shape == (5, 7, 3)
    assert (sheet[0, 0, 0], sheet[0, 4, 0], sheet[3, 0, 0], sheet[3, 4, 0]) == (10, 20, 30, 255)


@pytest.fixture
def index():
    """Two rooms, eight views; hidden joints 0..7 of 15 by view."""
    count = 8
    visible = np.ones((count, 15), bool)
    for row in range(count):
        visible[row, :row] = False
    return make_table(
        INDEX,
        {
            "image": [f"v{row % 2}/{row:02d}.jpg" for row in range(count)],
            "video_id": [f"v{row % 2}" for row in range(count)],
            "image_id": np.arange(count), "action": np.zeros(count, int), "subaction": np.zeros(count, int),
            "subject": np.ones(count, int), "scene": np.arange(count) % 2, "split": ["train"] * count,
            "camera_id": np.arange(count), "intrinsics": np.tile(np.eye(3), (count, 1, 1)),
            "rotation_world_to_camera": np.tile(np.eye(3), (count, 1, 1)), "center_world": np.zeros((count, 3)),
            "size_hw": np.tile([90, 160], (count, 1)), "joints_3d_world": np.zeros((count, 15, 3)),
            "joints_3d_camera": np.ones((count, 15, 3)), "joints_2d": np.full((count, 15, 2), 5.5),
            "gap_m": np.where(visible, 0.1, 1.0), "instance_hit": np.ones((count, 15), int),
            "in_image": np.ones((count, 15), bool), "visible": visible,
            "hidden_by": (~visible).astype(np.uint8), "box_xyxy": np.tile([0.0, 0, 9, 9], (count, 1)),
        },
    )  # fmt: skip


def test_samples_take_rooms_in_turn_and_prefer_about_a_third_hidden(index):
    rows = sample_rows(index, 4)
    assert index["scene"][rows].tolist() == [0, 1, 0, 1]
    hidden = (~index["visible"]).sum(axis=1)[rows].tolist()
    # 30% of 15 is 4.5: room 0 has views with 0, 2, 4, 6 hidden, room 1 with 1, 3, 5, 7.
    assert hidden == [4, 5, 6, 3]


def test_a_person_whose_left_is_on_the_image_right_faces_the_camera():
    joints = np.zeros((15, 3))
    joints[OCCLUSION_PERSON.index("neck")] = [0, -0.5, 3]
    joints[OCCLUSION_PERSON.index("root")] = [0, 0, 3]
    joints[OCCLUSION_PERSON.index("lsho")] = [0.2, -0.5, 3]
    joints[OCCLUSION_PERSON.index("rsho")] = [-0.2, -0.5, 3]
    assert facing_camera(joints) == pytest.approx(1)
    assert facing_camera(joints * [-1, 1, 1]) == pytest.approx(-1)


def test_the_dataset_table_states_its_denominator(index):
    table = dataset_table(index, source="studio", name="ours")
    assert table["occluded_rate"][-1] == pytest.approx(28 / 120)
    assert "28 occluded of 120 in-image joints, 8 images" in table["published_in"][-1]
    assert table["occluded_rate"][3] == 0.203 and np.isnan(table["occluded_rate"][0])


def test_the_report_escapes_and_embeds(index, tmp_path):
    picture = tmp_path / "p.png"
    cv2.imwrite(str(picture), GREY)
    build_report(
        tmp_path / "report.html",
        occlusion_person=OcclusionPerson(
            datasets=make_table(DATASETS, dataset_table(index, source="studio", name="ours <b>").columns),
            rates=make_table(RATES, occlusion_rates(index).columns),
            pictures=[Picture(picture, "Title", "Text")],
            settings={"seed": 1},
            provenance={"renderer": "gl"},
        ),
    )
    html = (tmp_path / "report.html").read_text()
    assert "ours &lt;b&gt;" in html and "<b>ours" not in html
    assert "23.3%" in html and "data:image/png;base64,iVBOR" in html
    assert "not results on the published dataset" in " ".join(html.split())
    for joint in OCCLUSION_PERSON.joints:
        assert f"<td>{joint}</td>" in html


def test_a_system_s_section_shows_its_rows_with_ours_and_the_grey_ones_marked(tmp_path):
    shown = ShownTable(
        "Scores",
        ["set", "mIoU"],
        [["clean <set>", "81.0"], ["published", "89.4"]],
        ours=frozenset({0}),
        grey=frozenset({1}),
    )
    build_report(
        tmp_path / "report.html",
        occlusion_person=None,
        sections=[Section("faces", "Faces", "What it is.", note="Not the real thing.", tables=[shown])],
    )
    html = " ".join((tmp_path / "report.html").read_text().split())
    assert '<a href="#faces">Faces</a>' in html and '<h2 id="faces">Faces</h2>' in html
    assert '<tr class="ours"><td class="short">clean &lt;set&gt;</td><td class="number">81.0</td></tr>' in html
    assert '<tr class="grey"><td class="short">published</td><td class="number">89.4</td></tr>' in html
    assert "Not the real thing." in html
    assert "occlusion-person" not in html, "a system that was not run has no part"


def test_a_shown_table_needs_a_cell_for_each_column():
    with pytest.raises(ValueError, match="'Scores', row 1: expected 2 cells, found 1"):
        ShownTable("Scores", ["set", "mIoU"], [["a", "1"], ["b"]])


def test_columns_of_numbers_are_told_from_columns_of_words():
    rows = [["a", "57.27 / 81.40", "-4.5 [-10.7, +1.4]", "1,536", 27 * "m"], ["b", "-", "2 ± 0.1", "3%", "2"]]
    assert ShownTable("T", list("vwxyz"), rows).kinds() == ["short", "number", "number", "number", "words"]
    assert ShownTable("T", ["a", "b"], []).kinds() == ["short", "short"]
    grey = ShownTable("T", ["a", "b"], [["x", "1"]], grey_columns=frozenset({0, 1}))
    assert grey.kinds() == ["short grey", "number grey"]
