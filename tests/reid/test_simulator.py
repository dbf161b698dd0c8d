"""The occlusion simulator: its law holds in the pixels, its patches come from other images' backgrounds, and a
generator decides all of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from occlusionkit.reid.simulator import (
    POSITIONS,
    BorderPool,
    SimulatorSettings,
    TexturePool,
    draw_box,
    simulate_occlusion,
)

HEIGHT, WIDTH = 96, 40


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def flat(value: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), value, np.uint8)


@given(
    seed=st.integers(0, 2**32),
    area=st.floats(0.01, 1),
    aspect=st.floats(0.1, 10),
    size_hw=st.tuples(st.integers(8, 300), st.integers(8, 300)),
)
@settings(max_examples=200, deadline=None)
def test_a_box_lies_inside_and_has_its_area_also_where_the_aspect_does_not_fit(seed, area, aspect, size_hw):
    law = SimulatorSettings(area=(area, area), aspect=(aspect, aspect))
    row, column, high, wide = draw_box(rng(seed), law, size_hw)
    assert row >= 0 and column >= 0 and row + high <= size_hw[0] and column + wide <= size_hw[1]
    # Sides are whole pixels: each is off by half of one, or by more where it would have vanished.
    expected = area * size_hw[0] * size_hw[1]
    slack = 0.5 * (high + wide) + 1
    assert abs(high * wide - expected) <= max(slack, max(high, wide))


def test_areas_are_uniform_and_aspects_log_uniform():
    law = SimulatorSettings(area=(0.1, 0.3), aspect=(0.5, 2.0))
    boxes = np.array([draw_box(rng(seed), law, (400, 400))[2:] for seed in range(2000)], float)
    areas, logs = boxes.prod(axis=1) / 400**2, np.log2(boxes[:, 0] / boxes[:, 1])
    # Standard errors: 0.2 / sqrt(12 * 2000) = 0.0013 and 2 / sqrt(12 * 2000) = 0.013; three of them.
    assert abs(areas.mean() - 0.2) < 0.004 and areas.min() > 0.098 and areas.max() < 0.302
    assert abs(logs.mean()) < 0.04 and abs(np.quantile(logs, 0.75) - 0.5) < 0.08


@pytest.mark.parametrize("position", POSITIONS)
def test_positions_touch_their_edge(position):
    law = SimulatorSettings(area=(0.1, 0.2), positions=(position,))
    boxes = [draw_box(rng(seed), law, (HEIGHT, WIDTH)) for seed in range(50)]
    touches = {
        "top": [row == 0 for row, _, _, _ in boxes],
        "bottom": [row + high == HEIGHT for row, _, high, _ in boxes],
        "left": [column == 0 for _, column, _, _ in boxes],
        "right": [column + wide == WIDTH for _, column, _, wide in boxes],
    }
    for edge, found in touches.items():
        assert all(found) == (edge == position), edge


def test_the_patch_covers_what_the_mask_says_and_nothing_else():
    image = flat(200)
    occluded, hidden = simulate_occlusion(image, BorderPool([flat(200), flat(10)]), rng(3), SimulatorSettings(), item=0)
    assert 0.09 < hidden.mean() < 0.51
    assert (occluded[hidden] == 10).all() and (occluded[~hidden] == 200).all()
    assert (image == 200).all(), "the image itself was painted on"


def test_patches_come_from_the_borders_of_other_images():
    # People of 250 before a background of 1..20, which tells the images apart.
    images = [flat(number) for number in range(1, 21)]
    for image in images:
        image[round(0.15 * HEIGHT) + 1 :, round(0.25 * WIDTH) : WIDTH - round(0.25 * WIDTH)] = 250
    pool, seen = BorderPool(images), set()
    for seed in range(600):
        patch = pool.cut(rng(seed), SimulatorSettings(), not_from=7)
        assert patch.max() < 250, "a person was cut out"
        seen.add(int(patch.max()))
    assert seen == set(range(1, 21)) - {8}, "every image but its own"


def test_all_three_bands_are_cut_from():
    image = flat(0)
    image[:14] = 3
    image[14:, :10], image[14:, -10:] = 1, 2
    values = [
        set(np.unique(BorderPool([image, image]).cut(rng(s), SimulatorSettings(), not_from=0))) for s in range(200)
    ]
    assert {1} in values and {2} in values and {3} in values


def test_textures_are_a_pool_of_their_own():
    occluded, hidden = simulate_occlusion(flat(0), TexturePool([flat(77)]), rng(1), SimulatorSettings(), item=0)
    assert (occluded[hidden] == 77).all() and hidden.any()


def test_probability_leaves_images_whole_and_says_so():
    pool = BorderPool([flat(0), flat(90)])
    law = SimulatorSettings(probability=0.3)
    hidden = [simulate_occlusion(flat(0), pool, rng(seed), law, item=0)[1].any() for seed in range(400)]
    assert 0.23 < np.mean(hidden) < 0.37  # standard error 0.023, three of them
    image, nothing = simulate_occlusion(flat(5), pool, rng(0), SimulatorSettings(probability=0), item=0)
    assert not nothing.any() and (image == 5).all()


def test_the_generator_decides_everything():
    pool = BorderPool([rng(n).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8) for n in range(4)])
    law = SimulatorSettings(rotate_deg=(-20, 20), feather_px=3)
    one, other, third = (simulate_occlusion(flat(9), pool, rng(seed), law, item=0)[0] for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, third)


def test_feathering_ramps_from_the_image_to_the_patch_over_its_width():
    law = SimulatorSettings(area=(0.25, 0.25), aspect=(1, 1), feather_px=4)
    occluded, hidden = simulate_occlusion(flat(0), TexturePool([flat(80)]), rng(2), law, item=0)
    row, column, high, wide = draw_box_of(rng(2), law)
    middle = occluded[row + high // 2, column : column + wide, 0]
    # 80 * (0.5, 1.5, 2.5, 3.5) / 4, then all of it.
    assert middle[:5].tolist() == [10, 30, 50, 70, 80] and middle[::-1][:5].tolist() == [10, 30, 50, 70, 80]
    assert hidden[row + high // 2, column : column + wide].sum() == wide - 4
    hard = simulate_occlusion(flat(0), TexturePool([flat(80)]), rng(2), SimulatorSettings(area=(0.25, 0.25)), item=0)[0]
    assert set(np.unique(hard)) == {0, 80}


def draw_box_of(generator: np.random.Generator, law: SimulatorSettings) -> tuple[int, int, int, int]:
    generator.random()  # whether there is a patch at all comes first
    return draw_box(generator, law, (HEIGHT, WIDTH))


def test_rotation_turns_the_patch_about_its_centre():
    upright = SimulatorSettings(area=(0.06, 0.06), aspect=(4, 4))
    turned = SimulatorSettings(area=(0.06, 0.06), aspect=(4, 4), rotate_deg=(90, 90))
    for seed in range(40):
        row, column, high, wide = draw_box_of(rng(seed), upright)
        centre = (row + high / 2, column + wide / 2)
        if min(centre[1], WIDTH - centre[1]) > high / 2:  # a quarter turn stays inside
            break
    _, hidden = simulate_occlusion(flat(0), TexturePool([flat(80)]), rng(seed), turned, item=0)
    rows, columns = np.nonzero(hidden)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == pytest.approx((wide, high), abs=1.01)
    assert (rows.mean() + 0.5, columns.mean() + 0.5) == pytest.approx(centre, abs=0.75)


def test_a_curriculum_grows_and_ends_at_the_law():
    law = SimulatorSettings(probability=0.8, area=(0.1, 0.5), curriculum_start=0.25, curriculum_share=0.5)
    first, middle, last = law.at(0), law.at(0.25), law.at(0.5)
    assert (first.probability, first.area) == (pytest.approx(0.2), (0.1, pytest.approx(0.2)))
    assert (middle.probability, middle.area) == (pytest.approx(0.5), (0.1, pytest.approx(0.35)))
    assert (last.probability, last.area) == (pytest.approx(0.8), (0.1, pytest.approx(0.5)))
    assert law.at(1) == last
    assert SimulatorSettings().at(0) == SimulatorSettings()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"area": (0.5, 0.1)}, r"SimulatorSettings\.area: expected two numbers in 0..1, the smaller first"),
        ({"probability": 1.5}, "probability: expected a number"),
        ({"positions": ("middle",)}, "positions: expected uniform or bottom"),
        ({"positions": ()}, "positions"),
        ({"border_side": 0.5}, r"border_side in \(0, 0.5\)"),
        ({"area": (0.0, 0.5)}, "above 0"),
    ],
)
def test_a_law_that_cannot_be_is_refused_by_name(changes, message):
    with pytest.raises(ValueError, match=message):
        SimulatorSettings(**changes)


def test_one_image_has_no_other_to_cut_from():
    with pytest.raises(ValueError, match="at least 2 training images"):
        BorderPool([flat(0)])
    with pytest.raises(ValueError, match="at least one texture"):
        TexturePool([])
