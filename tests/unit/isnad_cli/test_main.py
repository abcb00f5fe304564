"""The command `isnad` itself: quick help, and errors as sentences."""

import subprocess
import sys
from pathlib import Path

import pytest

from isnad_cli import __main__ as isnad


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["isnad", *arguments])
    with pytest.raises(SystemExit) as ended:
        isnad.main()
    return int(ended.value.code or 0)


def test_help_names_every_command_and_imports_none() -> None:
    """Help is quick because nothing heavy is loaded for it."""
    program = (
        "import sys; sys.argv = ['isnad', '--help']\n"
        "import atexit\n"
        "atexit.register(lambda: print('loaded', [name for name in sys.modules if name in"
        " ('aiokafka', 'elasticsearch', 'faust', 'numpy', 'fastapi', 'isnad_feeder.command')]))\n"
        "from isnad_cli.__main__ import main; main()"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert [name for name in isnad.COMMANDS if f"  {name} " not in shown] == []
    assert shown.splitlines()[-1] == "loaded []"


def test_a_misspelt_command_is_guessed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and the command that was probably meant."""
    assert call(monkeypatch, "serch") == 2
    assert "Did you mean `isnad search`?" in capsys.readouterr().err


def test_a_users_mistake_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, no traceback."""
    assert call(monkeypatch, "feed", "-", "--dry-run", "--rate", "fast") == 2
    assert capsys.readouterr().err == (
        "isnad: --rate 'fast': write articles per second, minute or hour, as in --rate 50/s\n"
    )


def test_a_broken_dependency_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Status 1, the counts all the same, no traceback and no library's log lines."""
    assert call(monkeypatch, "feed", __file__, "--kafka", "127.0.0.1:1") == 3  # a .py file is refused before Kafka
    page = tmp_path / "page.txt"
    page.write_text("خبر")
    assert call(monkeypatch, "feed", str(page), "--kafka", "127.0.0.1:1", "--timeout", "0.1") == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1].startswith("isnad: Gave up: Kafka took nothing for 0.1 s, 0 articles were")
    assert shown.out.splitlines()[-1].startswith("1 file: 0 accepted")
