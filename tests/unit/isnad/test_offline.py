"""What the commands on files share: bad pieces, the bar, and that nothing half done is left behind."""

import gc
import os
import pty
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from isnad.errors import RequestError
from isnad.offline import Bar, Reading, left_out, seldom_collecting, summary, tidied_up_on_signals, working_folder


@dataclass
class Numbers:
    """A source of numbers, each of which is one unit long."""

    name: str
    numbers: list[int]
    unit: str = "number"
    position: int = 0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for number in self.numbers:
            self.position += 1
            yield self.position, number


def even(number: int) -> str:
    if number % 2:
        raise RequestError("it is odd")
    return f"{number}"


def test_the_articles_of_several_sources_are_counted_together():
    with Reading(None, skip_bad=True, show_every=1) as reading:
        assert list(reading.each(Numbers("one", [0, 1, 2]), even)) == ["0", "2"]
        assert list(reading.each(Numbers("other", [4]), even)) == ["4"]
    assert (reading.articles, reading.skipped, reading.left_out) == (3, 1, "1 number left out, which is no article")


def test_a_bad_piece_is_named_by_its_source_and_number():
    with Reading(None, skip_bad=False, show_every=1) as reading, pytest.raises(RequestError) as refused:
        list(reading.each(Numbers("here", [0, 1]), even))
    assert str(refused.value) == "here, number 2: it is odd. Correct it, or leave such numbers out: --skip-bad."


def test_what_was_left_out_is_said_in_words():
    assert [left_out(count, "row") for count in (0, 1, 2000)] == [
        "",
        "1 row left out, which is no article",
        "2,000 rows left out, which are no articles",
    ]


def test_the_summary_counts_in_the_order_asked_for():
    said = summary(1500, Counter(copy=2), ("original", "copy"), 0.5, "and more")
    assert said == "1,500 articles in 0.5 s (3,000/s): 0 original, 2 copy; and more"


def test_the_bar_is_shown_on_a_terminal():
    code = "from isnad.offline import Bar\nwith Bar(2000, 'articles') as bar: bar.show(1500, 1234)"
    screen, terminal = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", code], stderr=terminal) as showing:
        os.close(terminal)
        shown = b""
        # A terminal that nobody writes to any more is an error on Linux, and an end elsewhere.
        try:
            while part := os.read(screen, 1000):
                shown += part
        except OSError:
            pass
        os.close(screen)
    assert showing.returncode == 0
    assert b"1,234 articles" in shown


def test_no_bar_is_shown_elsewhere(capfd: pytest.CaptureFixture[str]):
    with Bar(2000, "articles") as bar:
        bar.show(1500, 1234)
    assert capfd.readouterr() == ("", "")


def test_no_bar_is_shown_where_standard_error_is_closed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stderr", None)
    with Bar(2000, "articles") as bar:
        bar.show(1500, 1234)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_block_in_order_and_counts_as_before_afterwards(number: signal.Signals):
    with pytest.raises(SystemExit) as ended, tidied_up_on_signals():
        signal.raise_signal(number)
    assert ended.value.code == 128 + number
    assert signal.getsignal(number) is signal.SIG_DFL


def test_a_signal_that_is_ignored_stays_ignored():
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with tidied_up_on_signals():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)


def test_a_working_folder_is_gone_afterwards_whatever_happens(tmp_path: Path):
    def work() -> None:
        with working_folder(tmp_path) as folder:
            (folder / "below").mkdir()
            (folder / "below" / "file").write_bytes(b"work")
            assert list(tmp_path.iterdir()) == [folder]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_no_files_is_named(tmp_path: Path):
    with (
        pytest.raises(RequestError, match=r"none can't take the working files \(No such file or directory\)"),
        working_folder(tmp_path / "none"),
    ):
        pass


def test_garbage_is_looked_for_as_before_afterwards():
    former = gc.get_threshold()
    with seldom_collecting():
        assert gc.get_threshold()[0] > former[0]
    assert gc.get_threshold() == former
