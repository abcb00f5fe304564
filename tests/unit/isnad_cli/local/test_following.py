"""Reading the end of a log and what is added to it."""

from pathlib import Path

import pytest

from isnad_cli.local.following import follow, last_lines, last_words


def test_last_lines(tmp_path: Path) -> None:
    """As many as asked for, from the end."""
    file = tmp_path / "log"
    file.write_text("1\n2\n3\n")
    assert last_lines(file, 2) == ["2\n", "3\n"]


def test_bytes_that_are_no_text_do_not_stop_it(tmp_path: Path) -> None:
    """A log may hold anything."""
    file = tmp_path / "log"
    file.write_bytes(b"a\xff\n")
    assert last_lines(file, 1) == ["a\ufffd\n"]


def test_following_goes_on_through_a_rotation(tmp_path: Path) -> None:
    """What was added before it, and what stands in the new file, both come."""
    file = tmp_path / "log"
    file.write_text("1\n2\n")
    lines = follow(file, 1)
    assert next(lines) == "2\n"
    with file.open("a") as log:
        log.write("3\n")
    assert next(lines) == "3\n"
    file.rename(tmp_path / "log.1")
    file.write_text("4\n")
    assert next(lines) == "4\n"
    lines.close()


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("one\nisnad-api: The port is taken.\n\n", "isnad-api: The port is taken."),
        ('{"level": "info", "message": "health pages"}\n', "health pages"),
        ('{"exception": "Traceback\\n  File x\\nNameError: no y", "message": "the start failed"}\n', "NameError: no y"),
        ("[1, 2]\n", "[1, 2]"),
        ("", ""),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_last_words_are_what_a_person_needs(tmp_path: Path, log: str, words: str) -> None:
    """The sentence that a process ended with, or the last line of its traceback."""
    (tmp_path / "log").write_text(log)
    assert last_words(tmp_path / "log") == words


def test_no_log_has_no_last_words(tmp_path: Path) -> None:
    """It has not even begun to write."""
    assert last_words(tmp_path / "none") == ""
