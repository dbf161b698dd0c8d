from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from occlusionkit.learning.seeds import derived_seed, epoch_order, item_rng


def test_a_seed_depends_on_all_that_it_is_made_of_and_on_nothing_else():
    assert derived_seed(1, "order", 2) == derived_seed(1, "order", 2)
    seeds = {derived_seed(*what) for what in [(1, "order", 2), (2, "order", 1), (1, "order2"), (1, "order", "2"), (1,)]}
    assert len(seeds) == 5


def test_seeds_do_not_move_with_a_version_of_anything():
    # First 8 bytes of SHA-256 of '[5, "order", 0]', halved: a seed that moved would change every result made so far.
    assert derived_seed(5, "order", 0) == 1083828750192257653
    assert epoch_order(6, seed=5, epoch=0).tolist() == [2, 5, 0, 4, 1, 3]


def test_items_and_epochs_have_generators_of_their_own():
    first = item_rng(0, 0, "a").random(4)
    assert np.array_equal(item_rng(0, 0, "a").random(4), first)
    for other in (item_rng(1, 0, "a"), item_rng(0, 1, "a"), item_rng(0, 0, "b"), item_rng(0, 0, 0)):
        assert not np.array_equal(other.random(4), first)


@given(count=st.integers(0, 50), seed=st.integers(0, 2**63), epoch=st.integers(0, 1000))
def test_an_epoch_has_every_item_once(count, seed, epoch):
    assert sorted(epoch_order(count, seed=seed, epoch=epoch)) == list(range(count))


def test_epochs_differ_in_order():
    orders = {tuple(epoch_order(10, seed=0, epoch=epoch)) for epoch in range(20)}
    assert len(orders) == 20
