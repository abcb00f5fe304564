"""Mistakes in the call of `isnad replay` are told before anything is opened."""

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError, SetupError
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


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "places",
    [
        ["--from", "x"],
        ["--from", "2026-01-31T08:00:00"],
        ["--from", "1@"],
        ["--from", "beginning", "--to", "someday"],
    ],
)
@pytest.mark.parametrize("stage", ["prepare", "index"])
def test_what_is_no_place_is_told_while_kafka_is_away(stage: str, places: list[str], unused_tcp_port: int) -> None:
    """It would be waited for without end, and for nothing."""
    called = CliRunner().invoke(replay, [stage, *places, "--kafka", f"127.0.0.1:{unused_tcp_port}"])
    assert isinstance(called.exception, RequestError)
    assert repr(places[-1]) in str(called.exception)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("stage", "variable", "value"),
    [
        ("prepare", "ISNAD_BATCH_SIZE", "0"),
        ("dedup", "ISNAD_WINDOW_DAYS", "0"),
        ("dedup", "ISNAD_WINDOW_DAYS", "x"),
        ("entities", "ISNAD_ENTITIES_MODEL_DEVICE", "abacus"),
        ("index", "ISNAD_INDEX_REPLICAS", "-1"),
    ],
)
def test_a_setting_that_can_not_be_is_told_while_kafka_is_away(
    stage: str, variable: str, value: str, unused_tcp_port: int
) -> None:
    arguments = [stage, "--from", "beginning", "--kafka", f"127.0.0.1:{unused_tcp_port}"]
    called = CliRunner().invoke(replay, arguments, env={variable: value})
    assert isinstance(called.exception, SetupError)
    assert variable in str(called.exception)
