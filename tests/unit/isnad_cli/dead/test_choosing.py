"""Which dead letters are meant."""

from datetime import UTC, datetime, timedelta

import click
import msgspec
import pytest
from click.testing import CliRunner

from isnad.clock import SystemClock
from isnad.messages import DeadLetter, Reason
from isnad.testing.builders import MOMENT
from isnad_cli.dead.choosing import Choice, Moment, Offsets
from isnad_cli.dead.command import dead

LETTER = DeadLetter(
    schema=1,
    reason=Reason.EMPTY,
    detail="no value",
    stage="prepare",
    topic="articles.raw",
    partition=0,
    offset=5,
    appended_at=MOMENT,
    died_at=MOMENT,
)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({}, True),
        ({"reason": "empty", "stage": "prepare", "source": "alwatan"}, True),
        ({"reason": "no_text"}, False),
        ({"stage": "index"}, False),
        ({"source": "almada"}, False),
        ({"since": MOMENT, "until": MOMENT + timedelta(seconds=1)}, True),
        ({"since": MOMENT + timedelta(seconds=1)}, False),
        ({"until": MOMENT}, False),
    ],
)
def test_a_letter_fits_if_it_is_all_that_was_asked_for(asked: dict[str, object], fits: bool) -> None:
    """The beginning of the time belongs to it, its end does not."""
    assert Choice(**asked).fits(LETTER, "alwatan") is fits  # type: ignore[arg-type]


def test_offsets_are_single_ones_and_stretches() -> None:
    """Both ends of a stretch belong to it."""
    choice = Choice(offsets=(Offsets().convert("4", None, None), Offsets().convert("7-9", None, None)))
    assert [offset for offset in range(12) if choice.has(offset)] == [4, 7, 8, 9]
    assert Choice().has(11)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00+03:00", datetime(2026, 1, 31, 5, tzinfo=UTC)),
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
    ],
)
def test_a_time_without_zone_is_utc(text: str, moment: datetime) -> None:
    """A day is its beginning."""
    assert Moment().convert(text, None, None) == moment


def test_a_time_may_be_how_long_ago() -> None:
    """Two hours ago, give or take the time of this test."""
    moment = Moment().convert("2h", None, None)
    ago = SystemClock().now() - moment
    assert timedelta(hours=1, minutes=59) < ago < timedelta(hours=2, minutes=1)


@pytest.mark.parametrize("text", ["999999d", "999999999w", "0001-01-01T00:00:00+05:00"])
def test_longer_ago_than_the_calendar_reaches_is_since_ever(text: str) -> None:
    """Every letter fits, and it can be said what was asked for."""
    choice = Choice(since=Moment().convert(text, None, None))
    assert choice.fits(LETTER, None)
    assert str(choice) == "since 1-01-01 00:00:00 UTC"


def test_a_letter_whose_time_has_no_zone_died_then_in_utc() -> None:
    """Somebody else wrote it."""
    letter = msgspec.structs.replace(LETTER, died_at=MOMENT.replace(tzinfo=None))
    assert Choice(since=MOMENT).fits(letter, None)
    assert not Choice(until=MOMENT).fits(letter, None)


@pytest.mark.parametrize("text", ["yesterday", "2 weeks", "٢h", ""])
def test_what_is_no_time_is_a_plain_sentence(text: str) -> None:
    """With examples of what is."""
    with pytest.raises(click.BadParameter, match="2h for two hours ago"):
        Moment().convert(text, None, None)


@pytest.mark.parametrize("offset", ["abc", "1.5", "٣"])
@pytest.mark.parametrize("command", ["show", "replay", "drop"])
def test_an_offset_that_is_no_number_is_a_plain_sentence(command: str, offset: str) -> None:
    """And says where the number is found."""
    result = CliRunner().invoke(dead, [command, offset])
    assert result.exit_code == 2
    assert f"{offset!r} is no number; take the one in front of a letter in: isnad dead list" in result.output


@pytest.mark.parametrize("command", ["list", "replay", "drop"])
def test_a_stage_that_there_is_not_is_a_mistake_in_the_call(command: str, unused_tcp_port: int) -> None:
    """A misspelt one has no letters, which looks as if all were well."""
    result = CliRunner().invoke(dead, [command, "--stage", "prepair", "--kafka", f"127.0.0.1:{unused_tcp_port}"])
    assert result.exit_code == 2
    assert "'prepair' is not one of 'prepare', 'dedup', 'entities', 'index'" in result.output
