import numpy as np
import pytest

from occlusionkit.studio.portraits.bust import CLASSES
from occlusionkit.studio.portraits.draws import rng_for
from occlusionkit.studio.portraits.expressions import Expression, draw_expression, moved_vertices


def shift_of(bust, expression):
    return moved_vertices(bust, expression) - bust.body.rest_vertices


def lips_of(bust):
    chosen = np.flatnonzero(bust.body.parts == CLASSES["lip"])
    return chosen, bust.body.rest_vertices[chosen] - bust.mouth


def test_no_expression_moves_nothing(busts):
    assert moved_vertices(busts[0], Expression()) is busts[0].body.rest_vertices


def test_a_smile_lifts_the_corners_and_nothing_far_away(busts):
    for bust in busts:
        shift = shift_of(bust, Expression(corners=1.0))
        chosen, lips = lips_of(bust)
        corners = chosen[np.abs(lips[:, 0]) > 0.9 * np.abs(lips[:, 0]).max()]
        assert (shift[corners, 2] > 0.003).all()
        sides = np.sign(bust.body.rest_vertices[corners, 0])
        assert (shift[corners, 0] * sides > 0.002).all()
        far = bust.body.rest_vertices[:, 2] > bust.eyes[2] + 0.05
        assert np.abs(shift[far]).max() < 1e-4
    down = shift_of(busts[0], Expression(corners=-1.0))
    chosen, lips = lips_of(busts[0])
    assert down[chosen[np.argmax(np.abs(lips[:, 0]))], 2] < -0.003


def test_an_open_jaw_parts_the_lips_and_leaves_the_teeth(busts):
    for bust in busts:
        shift = shift_of(bust, Expression(jaw=1.0))
        chosen, lips = lips_of(bust)
        middle = np.abs(lips[:, 0]) < 0.008
        upper, lower = chosen[middle & (lips[:, 2] > 0.005)], chosen[middle & (lips[:, 2] < -0.005)]
        assert np.abs(shift[upper]).max() < 1e-3
        assert (shift[lower, 2] < -0.015).all()
        assert not shift[bust.teeth].any()
        half = shift_of(bust, Expression(jaw=0.5))
        assert (half[lower, 2] > shift[lower, 2] + 0.005).all()
        eyes = np.isin(bust.body.parts, [CLASSES["eye"], CLASSES["brow"]])
        assert np.abs(shift[eyes]).max() < 1e-6


def test_brows_go_up_and_eyeballs_stay(busts):
    bust = busts[0]
    shift = shift_of(bust, Expression(brows_up=1.0, squint=1.0))
    brow = bust.body.parts == CLASSES["brow"]
    assert shift[brow, 2].mean() > 0.002
    assert not shift[bust.body.parts == CLASSES["eye"]].any()


def test_faces_are_mirror_images_while_they_move(busts):
    bust = busts[0]
    shift = shift_of(bust, Expression(corners=0.8, frown=0.5, jaw=0.3))
    points = bust.body.rest_vertices
    at = {tuple(np.round(point, 5)): row for row, point in enumerate(points.tolist())}
    pairs = [(row, at[key]) for row, (x, y, z) in enumerate(points.tolist())
             if x > 0.002 and (key := tuple(np.round((-x, y, z), 5))) in at]  # fmt: skip
    assert len(pairs) > 500
    first, second = np.array(pairs).T
    # The body model is not quite symmetric where the jaw's movement fades.
    apart = np.abs(shift[first] * [-1, 1, 1] - shift[second]).max(axis=1)
    assert np.quantile(apart, 0.99) < 2e-4
    assert apart.max() < 2e-3


def test_out_of_range_is_refused():
    with pytest.raises(ValueError, match=r"expression jaw: expected 0 \.\. 1, found 1\.5"):
        Expression(jaw=1.5)
    Expression(corners=-1.0)
    with pytest.raises(ValueError, match=r"expression corners: expected -1 \.\. 1"):
        Expression(corners=-1.1)


def test_people_smile_more_often_than_not():
    drawn = [draw_expression(rng_for(1, "expression", number)) for number in range(300)]
    assert 0.25 < np.mean([one.corners > 0.3 for one in drawn]) < 0.6
    assert len(set(drawn)) == 300
