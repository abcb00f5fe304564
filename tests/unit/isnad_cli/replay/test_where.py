"""From where to where: what a person writes, and what it means in each partition."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from isnad.errors import RequestError
from isnad.places import Extent
from isnad_cli.replay.where import Beginning, Moment, Now, Offsets, Stretch, deleted, read, stretches

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
WHOLE = {("t", 0): Extent(0, 100, NOW - timedelta(days=9)), ("t", 1): Extent(0, 40, NOW - timedelta(days=8))}
CUT = {("t", 0): Extent(60, 100, NOW - timedelta(days=2)), ("t", 1): Extent(30, 40, NOW - timedelta(days=1))}


class TestReading:
    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            ("beginning", Beginning()),
            (" now ", Now()),
            ("2h ago", Moment(datetime(2026, 1, 31, 10, 0, tzinfo=UTC))),
            ("90 m ago", Moment(datetime(2026, 1, 31, 10, 30, tzinfo=UTC))),
            ("3d", Moment(datetime(2026, 1, 28, 12, 0, tzinfo=UTC))),
            ("1w ago", Moment(datetime(2026, 1, 24, 12, 0, tzinfo=UTC))),
            ("30s ago", Moment(datetime(2026, 1, 31, 11, 59, 30, tzinfo=UTC))),
            ("999999999w ago", Beginning()),
            ("2026-01-31T08:00:00Z", Moment(datetime(2026, 1, 31, 8, 0, tzinfo=UTC))),
            ("2026-01-31T08:00:00+03:00", Moment(datetime(2026, 1, 31, 8, 0, tzinfo=timezone(timedelta(hours=3))))),
            ("1200", Offsets({}, 1200)),
            ("0@12,3@7", Offsets({(None, 0): 12, (None, 3): 7})),
            ("a-x.enriched/0@12, b/1@7", Offsets({("a-x.enriched", 0): 12, ("b", 1): 7})),
        ],
    )
    def test_what_can_be_written(self, text, meant):
        assert read(text, NOW) == meant

    @pytest.mark.parametrize(
        "text", ["", "yesterday", "2h from now", "-5", "0@", "@7", "1@2;3@4", "٢h", "2026-13-01T00:00:00Z"]
    )
    def test_what_nobody_understands_is_told_what_can_be_written(self, text):
        with pytest.raises(RequestError, match="beginning"):
            read(text, NOW)

    def test_a_time_without_zone_is_refused_with_the_one_to_write(self):
        with pytest.raises(RequestError, match="2026-01-31T08:00:00Z for UTC"):
            read("2026-01-31T08:00:00", NOW)


class TestStretches:
    def test_all_there_is(self):
        assert stretches(WHOLE, Beginning(), Now(), {}) == {("t", 0): Stretch(0, 100), ("t", 1): Stretch(0, 40)}
        assert stretches(CUT, Beginning(), Now(), {}) == {("t", 0): Stretch(60, 100), ("t", 1): Stretch(30, 40)}

    def test_between_two_moments_each_partition_has_its_own_offsets(self):
        since, until = NOW - timedelta(hours=3), NOW - timedelta(hours=1)
        moments = {since: {("t", 0): 70, ("t", 1): 40}, until: {("t", 0): 90, ("t", 1): 40}}
        found = stretches(CUT, Moment(since), Moment(until), moments)
        assert found == {("t", 0): Stretch(70, 90), ("t", 1): Stretch(40, 40)}

    def test_an_end_before_the_start_is_nothing(self):
        assert stretches(WHOLE, Now(), Beginning(), {}) == {("t", 0): Stretch(100, 100), ("t", 1): Stretch(40, 40)}

    def test_offsets_for_all_and_for_some(self):
        assert stretches(WHOLE, Offsets({}, 30), Offsets({}, 35), {}) == {
            ("t", 0): Stretch(30, 35),
            ("t", 1): Stretch(30, 35),
        }
        some = Offsets({(None, 1): 10})
        assert stretches(WHOLE, some, Now(), {}) == {("t", 1): Stretch(10, 40)}
        assert stretches(WHOLE, Beginning(), some, {}) == {("t", 0): Stretch(0, 100), ("t", 1): Stretch(0, 10)}
        two = {("a", 0): Extent(0, 5, NOW), ("b", 0): Extent(0, 5, NOW)}
        assert stretches(two, Offsets({("b", 0): 2}), Now(), {}) == {("b", 0): Stretch(2, 5)}

    @pytest.mark.parametrize("where", [Offsets({(None, 7): 1}), Offsets({("u", 0): 1})])
    def test_a_partition_that_is_not_read_is_refused(self, where):
        with pytest.raises(RequestError, match="the stage reads t"):
            stretches(WHOLE, where, Now(), {})

    @pytest.mark.parametrize(("start", "end"), [(Offsets({}, 50), Now()), (Beginning(), Offsets({}, 41))])
    def test_offsets_past_the_end_are_refused(self, start, end):
        with pytest.raises(RequestError, match="partition 1, ends at offset 40"):
            stretches(WHOLE, start, end, {})

    def test_what_retention_has_deleted_is_refused_with_the_moment_from_which_on_it_is_there(self):
        with pytest.raises(RequestError, match=r"t, partition 0, begins at offset 60 \(there since 2026-01-29"):
            stretches(CUT, Offsets({}, 59), Now(), {})
        early = NOW - timedelta(days=3)
        with pytest.raises(RequestError, match=r"there since 2026-01-29 12:00:00 UTC.*--from beginning"):
            stretches(CUT, Moment(early), Now(), {early: {("t", 0): 60, ("t", 1): 30}})

    def test_a_moment_before_the_first_message_of_a_whole_topic_is_its_beginning(self):
        early = NOW - timedelta(days=300)
        found = stretches(WHOLE, Moment(early), Now(), {early: {("t", 0): 0, ("t", 1): 0}})
        assert found == stretches(WHOLE, Beginning(), Now(), {})


def test_since_when_all_of_it_is_there():
    assert deleted(WHOLE) is None
    assert deleted(CUT) == NOW - timedelta(days=1)
    assert deleted({("t", 0): Extent(5, 5, None)}) is None
