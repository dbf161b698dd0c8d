"""Protocols on made-up features: what they report, what they publish, and what they refuse."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from occlusionkit.reid.evaluate import evaluate, split_table
from occlusionkit.reid.feature_files import feature_set
from occlusionkit.reid.items import METRIC_NAMES, item_scores
from occlusionkit.reid.protocols import PROTOCOLS, SHIPPED, Settings, protocol_named
from occlusionkit.reid.split_lists import published_splits
from occlusionkit.reid.splits import half_split


def make_features(*, people=12, images=4, noise=0.6, seed=0, cameras=None, gallery_images=None):
    """Every person a direction, every image that direction and some noise."""
    rng = np.random.default_rng(seed)
    rows = {name: [] for name in ("path", "identity", "role", "index", "camera")}
    centres, features = rng.normal(size=(people, 6)), []
    for person in range(people):
        for role, count in (("query", images), ("gallery", gallery_images or images)):
            for number in range(1, count + 1):
                rows["path"].append(f"{role}/{person + 1:03d}_{number:02d}.tif")
                rows["identity"].append(person + 1)
                rows["role"].append(role)
                rows["index"].append(number)
                rows["camera"].append(cameras[number % len(cameras)] if cameras else None)
                features.append(centres[person] + noise * rng.normal(size=6))
    total = len(features)
    rows |= {"sha256": [None] * total, "occluded": [role == "query" for role in rows["role"]]}
    rows |= {"width": [64] * total, "height": [128] * total}
    return feature_set(np.array(features, np.float32), rows)


def value_of(evaluation, metric, **where):
    table = evaluation.metrics
    keep = table["metric"] == metric
    for name, wanted in where.items():
        keep &= table[name] == wanted
    assert keep.sum() == 1
    return float(table["value"][keep][0])


def test_single_queries_are_averaged_over_images():
    features = make_features()
    found = evaluate(features, PROTOCOLS["transfer"], Settings())
    query, gallery = features.rows_of("query"), features.rows_of("gallery")
    unit = features.features / np.linalg.norm(features.features, axis=1, keepdims=True)
    best = gallery[np.argmax(unit[query] @ unit[gallery].T, axis=1)]
    hits = features.index["identity"][best] == features.index["identity"][query]
    assert 0.2 < hits.mean() < 0.95
    assert value_of(found, "rank_1") == pytest.approx(hits.mean(), abs=1e-12)
    assert set(found.metrics["metric"]) == set(METRIC_NAMES)
    assert len(found.items) == len(query) and len(found.draws) == 0 and len(found.splits) == 0
    low, high = found.metrics["low"][0], found.metrics["high"][0]
    assert low < found.metrics["value"][0] < high


def test_sets_are_tested_on_the_test_half_only():
    features = make_features()
    found = evaluate(features, PROTOCOLS["icme18"], Settings(draws=20, shots=(1, 2), splits=(0, 3)))
    for split in (0, 3):
        people = set(found.items["identity"][found.items["split"] == split].tolist())
        assert people == set(half_split(range(1, 13), split).test)
    assert set(found.metrics["split"]) == {"0", "3", "all"}
    drawn = found.draws.take((found.draws["split"] == 3) & (found.draws["shots"] == 2))
    mean = drawn["rank_1"][drawn["fusion"] == "mean_feature"].mean()
    assert value_of(found, "rank_1", split="3", shots=2, fusion="mean_feature") == pytest.approx(mean, abs=1e-12)


def test_more_shots_find_more_people():
    found = evaluate(make_features(people=40, noise=0.9), PROTOCOLS["icme18"], Settings(draws=50, shots=(1, 4)))
    one, four = (value_of(found, "rank_1", shots=shots, fusion="mean_feature") for shots in (1, 4))
    assert one + 0.1 < four


def test_the_order_of_rows_does_not_matter():
    features = make_features()
    order = np.random.default_rng(5).permutation(len(features))
    rows = {name: values[order] for name, values in features.index.columns.items()}
    shuffled = feature_set(
        features.features[order], {n: v for n, v in rows.items() if n not in ("row", "feature_sha256")}
    )
    for protocol in ("icme18", "transfer"):
        one, other = (
            evaluate(each, PROTOCOLS[protocol], Settings(draws=5, shots=(2,))) for each in (features, shuffled)
        )
        np.testing.assert_allclose(one.metrics["value"], other.metrics["value"], rtol=0, atol=1e-12)


def test_more_draws_keep_the_first_ones():
    few, many = (evaluate(make_features(), PROTOCOLS["icme18"], Settings(draws=draws, shots=(1,))) for draws in (5, 9))
    first = many.draws.take(many.draws["draw"] < 5)
    np.testing.assert_array_equal(few.draws["rank_1"], first["rank_1"])


def test_where_all_images_are_taken_there_is_one_draw():
    found = evaluate(make_features(images=3), PROTOCOLS["icme18"], Settings(draws=50, shots=(3,)))
    assert set(found.draws["draw"]) == {0}
    assert set(found.items["draws"]) == {1}
    assert np.isnan(found.metrics["draw_std"]).all()  # nothing was repeated: that is not a spread of 0


def test_identities_with_few_images_are_capped_or_dropped_and_counted():
    features = make_features(images=3, gallery_images=2)
    for few, people in (("cap", 6), ("drop", 0)):
        settings = Settings(draws=5, shots=(2,), few=few)
        found = evaluate(features, PROTOCOLS["icme18"], settings)
        assert (len(set(found.items["identity"])), found.facts["short_identities"]) == (6, 0)
        settings = dataclasses.replace(settings, shots=(3,))
        if people:
            assert evaluate(features, PROTOCOLS["icme18"], settings).facts["short_identities"] == 6
        else:
            with pytest.raises(ValueError, match="N = 3: expected at least two identities to match, found 0"):
                evaluate(features, PROTOCOLS["icme18"], settings)


def test_a_shipped_split_tests_everyone():
    found = evaluate(make_features(), PROTOCOLS["icme18"], Settings(draws=3, shots=(1,), splits=(SHIPPED,)))
    assert len(set(found.items["identity"])) == 12
    assert set(found.splits["part"]) == {"test"}


def test_published_splits_hold_everyone_once():
    table = split_table([half_split(range(1, 13), number) for number in (0, 1)])
    assert len(table) == 24
    assert (table["part"][table["split"] == 0] == "train").sum() == 6


def test_split_lists_of_several_datasets_are_one_file():
    first, second = (split_table([half_split(people, 0)]) for people in (range(1, 13), range(50, 58)))
    lists = json.loads(published_splits({"one": first, "two": second}))
    assert lists["one, split 0"]["train"] == list(half_split(range(1, 13)).train)
    assert lists["two, split 0"]["test"] == list(half_split(range(50, 58)).test) and len(lists) == 2
    assert json.loads(published_splits({})) == {}


def test_the_junk_rule_needs_cameras_and_uses_them():
    with pytest.raises(ValueError, match="96 of 96 images have no camera; for datasets without cameras choose"):
        evaluate(make_features(), PROTOCOLS["market1501"], Settings())
    features = make_features(cameras=["c1", "c2"])
    found = evaluate(features, PROTOCOLS["market1501"], Settings())
    assert set(found.items["positives"]) == {2}  # two of four are from the query's camera
    one = evaluate(make_features(cameras=["c1"]), PROTOCOLS["market1501"], Settings())
    assert one.metrics["without_positives"][0] == 48 and np.isnan(one.metrics["value"]).all()


def drop(features, keep):
    rows = {n: v[keep] for n, v in features.index.columns.items() if n not in ("row", "feature_sha256")}
    return feature_set(features.features[keep], rows)


def test_an_identity_only_among_the_queries_is_refused_or_counted():
    features = make_features()
    whole = (features.index["role"] == "query") | (features.index["identity"] != 4)
    some = drop(features, whole)
    for protocol in ("icme18", "transfer"):
        with pytest.raises(ValueError, match="1 of 12 identities have query images but none in the gallery, 4 first"):
            evaluate(some, PROTOCOLS[protocol], Settings(draws=2, shots=(1,)))
    found = evaluate(some, PROTOCOLS["transfer"], Settings(), allow_unmatched=True)
    assert found.metrics["without_positives"][0] == 4 and 4 not in found.items["identity"]


@pytest.mark.parametrize("role", ["query", "gallery"])
def test_an_empty_side_is_refused(role):
    features = make_features()
    with pytest.raises(ValueError, match=f"expected images with the role {role}, found none; there are"):
        evaluate(drop(features, features.index["role"] != role), PROTOCOLS["transfer"], Settings())


def test_a_file_that_would_find_itself_is_refused():
    features = make_features()
    rows = {n: v for n, v in features.index.columns.items() if n not in ("row", "feature_sha256")}
    digests = np.array([f"{n:064d}" for n in range(len(features))], dtype=object)
    digests[4] = digests[0]
    doubled = feature_set(features.features, rows | {"sha256": digests})
    with pytest.raises(ValueError, match="are the same file: it would find itself"):
        evaluate(doubled, PROTOCOLS["transfer"], Settings())


def test_metrics_of_a_trapezoid_are_lower_and_of_one_positive_follow_from_its_rank():
    single = evaluate(make_features(), PROTOCOLS["transfer"], Settings())
    assert value_of(single, "mean_ap_trapezoid") < value_of(single, "mean_ap")
    sets = evaluate(make_features(), PROTOCOLS["icme18"], Settings(draws=1, shots=(1,), fusions=("mean_feature",)))
    first = 1 + (sets.items["hits"] == 0).sum(axis=1)
    np.testing.assert_allclose(item_scores(sets.items, "mean_ap"), 1 / first)
    np.testing.assert_allclose(item_scores(sets.items, "mean_ap_trapezoid"), np.where(first == 1, 1, 0.5 / first))


def test_unknown_protocols_and_settings_are_refused():
    with pytest.raises(ValueError, match="expected one of icme18, transfer, supervised, market1501; found 'cuhk'"):
        protocol_named("cuhk")
    for settings, message in (
        (Settings(draws=0), "at least one draw"),
        (Settings(shots=()), "shots from 1"),
        (Settings(splits=(SHIPPED, 0)), "shipped one alone"),
    ):
        with pytest.raises(ValueError, match=message):
            evaluate(make_features(), PROTOCOLS["icme18"], settings)


def test_a_reranked_number_is_called_so_and_sets_have_none():
    features = make_features()
    plain, moved = (evaluate(features, PROTOCOLS["transfer"], Settings(rerank=rerank)) for rerank in (False, True))
    assert set(plain.metrics["protocol"]) == {"transfer"} and set(moved.metrics["protocol"]) == {"transfer+rerank"}
    assert value_of(plain, "mean_ap") != value_of(moved, "mean_ap")
    with pytest.raises(ValueError, match="re-ranking is for single queries"):
        evaluate(features, PROTOCOLS["icme18"], Settings(rerank=True))


def test_boxes_of_nobody_are_neither_right_nor_wrong():
    features = make_features(cameras=["c1", "c2"])
    rows = {n: v.copy() for n, v in features.index.columns.items() if n not in ("row", "feature_sha256")}
    nobody = (rows["role"] == "gallery") & (rows["identity"] == 3)
    rows["identity"][rows["identity"] == 3] = 5
    rows["identity"][nobody] = -1
    marked = feature_set(features.features, rows)
    left_out = drop(marked, ~nobody)
    found, expected = (evaluate(each, PROTOCOLS["market1501"], Settings()) for each in (marked, left_out))
    np.testing.assert_array_equal(found.metrics["value"], expected.metrics["value"])
    assert found.facts["junk"] == nobody.sum() > 0
