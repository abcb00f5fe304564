"""What `isnad dead` says, without Kafka."""

from collections import deque

import pytest
from click.testing import CliRunner
from rich.console import Console

from isnad.messages import DeadLetter, Reason
from isnad.testing.builders import MOMENT
from isnad_cli.dead import Letters, dead, print_letters


def letter(offset: int, reason: Reason, detail: str) -> DeadLetter:
    return DeadLetter(
        schema=1,
        appended_at=MOMENT,
        topic="articles.prepared",
        partition=11,
        offset=offset,
        stage="entities",
        reason=reason,
        detail=detail,
        died_at=MOMENT,
    )


def letters(*found: DeadLetter) -> Letters:
    return Letters(
        deque(enumerate(found)),
        {(one.topic, one.partition, one.offset): (str(one.reason), one.stage) for one in found},
    )


def shown(found: Letters, asked: str = "") -> str:
    console = Console(width=80, highlight=False)
    with console.capture() as capture:
        print_letters(found, asked, console)
    return capture.get()


def test_no_word_is_broken_on_80_columns() -> None:
    """The longest reason there is, and a detail longer than a line."""
    longest = max(Reason, key=len)
    detail = "the record has schema 7, and this version of isnad knows 1 only; update it and send the record again"
    text = shown(letters(letter(1_234_567, longest, detail)))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert f"entities  {longest}\n" in text
    assert " ".join(text.split()).endswith(f"articles.prepared/11@1234567: {detail}")


def test_none_of_those_asked_for_is_not_none_at_all() -> None:
    """The number of the others is said."""
    others = {("articles.raw", 0, offset) for offset in range(6)}
    found = Letters(deque(), others=others)
    assert shown(found, "the reason no_text") == "None of the 6 dead letters has the reason no_text.\n"
    assert shown(Letters(deque())) == "No dead letters.\n"


@pytest.mark.parametrize("offset", ["abc", "1.5", "٣"])
def test_an_offset_that_is_no_number_is_a_plain_sentence(offset: str) -> None:
    """And says where the number is found."""
    result = CliRunner().invoke(dead, ["show", offset])
    assert result.exit_code == 2
    assert f"{offset!r} is no number; take the one in front of a letter in: isnad dead list" in result.output
