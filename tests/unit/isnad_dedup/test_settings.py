"""What dedup is told: where its state is and how far back it compares; what can't be is refused in a sentence."""

from pathlib import Path

import pytest

from isnad.errors import SetupError
from isnad.health import Health
from isnad.settings import load
from isnad.similarity.window import Window
from isnad_dedup.app import build
from isnad_dedup.settings import DedupSettings


def test_everything_has_a_default():
    told = load(DedupSettings, {})
    assert told.state is None
    assert told.window == Window(days=30, articles=1_000_000)


def test_what_is_told_is_taken(tmp_path: Path):
    told = load(
        DedupSettings, {"ISNAD_STATE_FOLDER": str(tmp_path), "ISNAD_WINDOW_DAYS": "7", "ISNAD_SNAPSHOT_SECONDS": "60"}
    )
    assert told.state == tmp_path
    assert told.window == Window(days=7, articles=1_000_000)
    assert told.snapshot_seconds == 60.0


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"ISNAD_WINDOW_DAYS": "0"}, "ISNAD_WINDOW_DAYS"),
        ({"ISNAD_WINDOW_ARTICLES": "-1"}, "ISNAD_WINDOW_ARTICLES"),
        ({"ISNAD_STATE_FOLDER": "/dev/null"}, "ISNAD_STATE_FOLDER"),
    ],
)
def test_what_can_not_be_is_refused_with_the_variable_to_correct(environment: dict[str, str], named: str):
    with pytest.raises(SetupError, match=named):
        build(load(DedupSettings, environment), Health())
