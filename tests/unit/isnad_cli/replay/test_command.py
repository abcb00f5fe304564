"""Mistakes in the call of `isnad replay` are told before anything is opened."""

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError
from isnad_cli.replay.command import replay


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["entities"], "--from beginning"),
        (["entities", "--rebuild"], "isnad replay index"),
        (["dedup", "--abandon"], "isnad replay index"),
        (["index", "--rebuild", "--to", "2h ago"], "Leave out --to"),
    ],
)
def test_what_does_not_go_together_is_said(arguments: list[str], said: str) -> None:
    called = CliRunner().invoke(replay, arguments)
    assert isinstance(called.exception, RequestError)
    assert said in str(called.exception)


def test_an_unknown_stage_is_told_which_there_are() -> None:
    called = CliRunner().invoke(replay, ["feeder", "--from", "beginning"])
    assert called.exit_code == 2
    assert "'prepare', 'dedup', 'entities', 'index'" in called.output
