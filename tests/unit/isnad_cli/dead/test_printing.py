"""What `isnad dead list` says."""

from collections import Counter

from rich.console import Console

from isnad.messages import DeadLetter, Reason, Resolution
from isnad.testing.builders import MOMENT
from isnad_cli.dead.letters import Dead, Letters
from isnad_cli.dead.printing import as_data, print_letters


def dead(offset: int, reason: Reason = Reason.NO_TEXT, detail: str = "nothing to read", **fields: object) -> Dead:
    letter = DeadLetter(
        schema=1,
        appended_at=MOMENT,
        topic="articles.prepared",
        partition=11,
        offset=offset,
        stage="entities",
        reason=reason,
        detail=detail,
        died_at=MOMENT,
        **fields,  # type: ignore[arg-type]  any of the struct
    )
    return Dead(letter, None, [offset])


def shown(letters: Letters, asked: str = "") -> str:
    console = Console(width=80, highlight=False)
    with console.capture() as capture:
        print_letters(letters, letters.found, asked, console)
    return capture.get()


def test_no_word_is_broken_on_80_columns() -> None:
    """The longest reason there is, and a detail longer than a line."""
    longest = max(Reason, key=len)
    detail = "the record has schema 7, and this version of isnad knows 1 only; update it and send the record again"
    text = shown(Letters([dead(1_234_567, longest, detail)], Counter(open=1)))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert f"entities  {longest}\n" in text
    assert " ".join(text.split()).endswith(f"articles.prepared/11@1234567: {detail}")


def test_counts_are_by_reason_and_by_stage_and_source_where_there_are_several() -> None:
    """An outlet that can't be read is unknown."""
    letters = Letters([dead(0), dead(1), dead(2, Reason.EMPTY)], Counter(open=3))
    letters.found[0].source = "alwatan"
    text = shown(letters)
    assert "       2  no_text\n       1  empty\n" in text
    assert "       2  unknown\n       1  alwatan\n" in text
    assert "  stage\n" not in text.partition("in all")[0]


def test_how_often_it_died_and_what_was_decided_is_said() -> None:
    """With the person's note."""
    one = dead(3, deaths=2)
    one.resolution = Resolution(action="dropped", at=MOMENT, letter=3, note="photo gallery")
    text = " ".join(shown(Letters([one], Counter(dropped=1))).split())
    assert "nothing to read; died 2 times; dropped 2026-01-01 12:00:00 (photo gallery)" in text
    data = as_data(Letters([one], Counter(dropped=1)), [one])
    assert data["by_state"] == {"dropped": 1}
    assert data["newest"][0]["state"] == "dropped"  # type: ignore[index]


def test_none_of_those_asked_for_is_not_none_at_all() -> None:
    """The number of the others is said, and of those that were resolved."""
    assert shown(Letters(others=6), "the reason no_text") == "None of the 6 dead letters has the reason no_text.\n"
    assert shown(Letters()) == "No dead letters.\n"
    resolved = Letters(states=Counter(replayed=2, dropped=1), others=6)
    assert shown(resolved, "the stage index") == (
        "No open dead letters with the stage index; 3 were replayed or dropped, which --all shows.\n"
    )
