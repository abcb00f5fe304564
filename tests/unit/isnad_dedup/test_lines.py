"""Lines of JSON to articles of a log, and verdicts to lines."""

from datetime import UTC, datetime

import pytest

from isnad.errors import RequestError
from isnad.messages import Link, Span, Verdict
from isnad_dedup.offline.lines import Clerk, Row, write

BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)


def test_a_line_becomes_an_article():
    line = '{"id":"a","source":"sabq","title":"عنوان","body":"نص","published_at":"2018-02-08T15:00:00+03:00","other":1}'
    article = Clerk().read(line.encode())
    assert (article.id, article.source, article.title, article.body) == ("a", "sabq", "عنوان", "نص")
    assert article.published_at == datetime(2018, 2, 8, 12, tzinfo=UTC)
    assert article.appended_at == BEFORE_ALL


@pytest.mark.parametrize(("said", "undated"), [('"2018-02-08"', False), ("null", True), ('"soon"', True)])
def test_an_article_without_a_readable_date_is_undated(said: str, undated: bool):
    """Also after one that has a date, at whose moment it stands."""
    clerk = Clerk("published_at")
    clerk.read(b'{"id":"a","body":"b","published_at":"2018-02-01"}')
    assert clerk.read(f'{{"id":"b","body":"b","published_at":{said}}}'.encode()).undated is undated


def test_only_id_and_body_are_needed_and_nothing_may_be_null_but_text():
    article = Clerk().read(b'{"id":"a","body":null,"title":null,"source":null,"published_at":null}')
    assert (article.source, article.title, article.body) == ("", "", "")


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"null",
        b'{"id":"a"}',
        b'{"body":"b"}',
        b'{"id":7,"body":"b"}',
        b'{"id":"","body":"b"}',
        b'{"id":"a","body":"\xff"}',
        b'{"id":"a","body":"b"} x',
        b'{"id":"a","body":"\\ud800"}',
        b'{"id":"a","body":"b","x":' + b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_article_says_so(line: bytes):
    with pytest.raises(RequestError) as refused:
        Clerk().read(line)
    assert str(refused.value)


def moments(clerk: Clerk, field: str, *times: str | None) -> list[datetime]:
    lines = (f'{{"id":"a","body":"b","{field}":"{time}"}}' if time else '{"id":"a","body":"b"}' for time in times)
    return [clerk.read(line.encode()).appended_at for line in lines]


def test_the_append_time_counts_where_it_is_given_and_never_runs_backward():
    assert moments(Clerk(), "appended_at", None, "2018-02-08T12:00:00Z", "2018-02-07", "soon", "2018-02-09") == [
        BEFORE_ALL,
        datetime(2018, 2, 8, 12, tzinfo=UTC),
        datetime(2018, 2, 8, 12, tzinfo=UTC),
        datetime(2018, 2, 8, 12, tzinfo=UTC),
        datetime(2018, 2, 9, tzinfo=UTC),
    ]


def test_the_time_of_publication_moves_the_log_only_where_that_is_asked_for():
    assert moments(Clerk(), "published_at", "2018-02-08") == [BEFORE_ALL]
    assert moments(Clerk("published_at"), "published_at", "2018-02-08") == [datetime(2018, 2, 8, tzinfo=UTC)]


@pytest.mark.parametrize("first", [[], [None]])
def test_days_before_1970_count_like_others(first: list[None]):
    """Also after a line without a date, which stands before all of them."""
    times = [*first, "1955-01-01", None, "1956-01-01"]
    years = [moment.year for moment in moments(Clerk("published_at"), "published_at", *times)]
    assert years == [*(1 for _ in first), 1955, 1955, 1956]


@pytest.mark.parametrize(
    ("times", "before_all"), [(["2018-02-08", None], 0), ([None, "2018-02-08", None], 1), ([None, None], 0)]
)
def test_what_stands_before_the_first_date_is_counted(times: list[str | None], before_all: int):
    """It counts as older than all days, and leaves the window; where nothing is dated all of it is one day."""
    clerk = Clerk("published_at")
    moments(clerk, "published_at", *times)
    assert clerk.before_all == before_all


def test_a_date_in_the_future_does_not_move_the_log_and_is_counted():
    clerk = Clerk("published_at", latest=datetime(2018, 3, 1, tzinfo=UTC))
    assert moments(clerk, "published_at", "2018-02-08", "2099-01-01", "2018-03-02", "2018-03-01") == [
        datetime(2018, 2, 8, tzinfo=UTC),
        datetime(2018, 2, 8, tzinfo=UTC),
        datetime(2018, 2, 8, tzinfo=UTC),
        datetime(2018, 3, 1, tzinfo=UTC),
    ]
    assert clerk.too_late == 2


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_out_of_all_bounds_counts_as_unreadable(time: str):
    assert moments(Clerk(), "appended_at", time) == [BEFORE_ALL]


def test_a_verdict_becomes_a_line_with_the_shares_and_without_the_passages():
    link = Link(
        id="ب", story_id="s", jaccard=0.5, contained=1.0, contains=0.5, shared=9, passages=(Span(0, 5), Span(9, 12))
    )
    assert write("a", Verdict(story_id="s", relation="partial", links=(link,))).decode() == (
        '{"id":"a","story_id":"s","relation":"partial",'
        '"links":[{"id":"ب","story_id":"s","jaccard":0.5,"contained":1.0,"contains":0.5}]}\n'
    )


def test_a_verdict_on_a_record_of_the_log_has_its_offset():
    line = write("a", Verdict(story_id="s", relation="original"), 0).decode()
    assert line == '{"id":"a","story_id":"s","relation":"original","links":[],"offset":0}\n'


def test_a_row_of_a_table_becomes_the_article_that_a_line_becomes():
    line = b'{"id":"a","source":"sabq","title":null,"body":"b","published_at":"2018-02-08T12:00:00Z"}'
    row = Row("a", "b", "sabq", None, datetime(2018, 2, 8, 12, tzinfo=UTC), None)
    assert Clerk("published_at").read_row(row) == Clerk("published_at").read(line)


@pytest.mark.parametrize("row", [Row("", "b", "", "", None, None), Row(None, "b", "", "", None, None)])
def test_a_row_without_an_id_is_no_article(row: Row):
    with pytest.raises(RequestError, match="the id is empty"):
        Clerk().read_row(row)
