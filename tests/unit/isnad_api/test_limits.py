"""Token buckets and shared room, by hand-counted examples."""

import pytest

from isnad_api.limits import Buckets, Room


def test_a_burst_then_one_for_each_part_of_a_second():
    """Ten a second, three at once: at 0 s three get through, then one every 0.1 s."""
    buckets = Buckets(10, 3)
    assert [buckets.take("a", 0.0) == 0 for _ in range(4)] == [True, True, True, False]
    assert buckets.take("a", 0.05) == pytest.approx(0.05)
    assert buckets.take("a", 0.11) == 0
    assert buckets.take("a", 0.12) == pytest.approx(0.08)


def test_after_a_pause_the_bucket_is_full_and_no_fuller():
    buckets = Buckets(10, 3)
    for _ in range(3):
        buckets.take("a", 0.0)
    assert sum(buckets.take("a", 1000.0) == 0 for _ in range(10)) == 3


def test_being_refused_costs_nothing():
    """Who keeps asking gets what he would get by waiting."""
    buckets = Buckets(10, 1)
    let_through = sum(buckets.take("a", number / 1000) == 0 for number in range(1001))
    assert let_through in (10, 11)


def test_one_client_s_requests_are_not_another_s():
    buckets = Buckets(1, 1)
    assert buckets.take("a", 0.0) == 0
    assert buckets.take("a", 0.0) > 0
    assert buckets.take("b", 0.0) == 0


def test_of_very_many_clients_only_the_last_are_remembered():
    buckets = Buckets(1, 1, clients=2)
    for client in ("a", "b", "c"):
        buckets.take(client, 0.0)
    assert buckets.take("c", 0.0) > 0
    assert buckets.take("b", 0.0) > 0
    assert buckets.take("a", 0.0) == 0


def test_room_is_refused_by_whose_limit_is_in_the_way_and_comes_back():
    room = Room(total=5, each=3)
    assert room.take("a", 3) is None
    assert room.take("a") == "client"
    assert room.take("b", 3) == "all"
    assert room.take("b", 2) is None
    room.give_back("a", 3)
    assert room.take("b") is None
    assert room.take("a", 2) is None
