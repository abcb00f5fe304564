"""Logs: JSON for machines, lines for people, and the libraries' through the same formatter."""

import io
import json
import logging
import warnings

import pytest
import structlog

from isnad import logs
from isnad.settings import ServiceSettings


@pytest.fixture(autouse=True)
def as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    talkative = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    yield
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in talkative.items():
        logging.getLogger(name).setLevel(was)


def configured(**settings):
    stream = io.StringIO()
    logs.configure(ServiceSettings(**settings), "dedup", stream)
    return stream


def test_off_a_terminal_each_line_is_json_with_the_service():
    """Arabic stands as it is."""
    stream = configured()
    structlog.get_logger().info("an article", source="الوطن")
    line = json.loads(stream.getvalue())
    assert {name: line[name] for name in ("message", "level", "service", "source")} == {
        "message": "an article",
        "level": "info",
        "service": "dedup",
        "source": "الوطن",
    }
    assert line["timestamp"].endswith("Z")
    assert "الوطن" in stream.getvalue()


def test_libraries_speak_the_same_way_but_only_of_trouble():
    """Their warnings are lines like ours, with the logger's name; their information is left out."""
    stream = configured()
    logging.getLogger("aiokafka.conn").info("connected")
    logging.getLogger("aiokafka.conn").warning("connection to %s lost", "b1")
    line = json.loads(stream.getvalue())
    assert (line["message"], line["logger"], line["level"]) == ("connection to b1 lost", "aiokafka.conn", "warning")


def test_a_library_says_the_same_thing_once_a_minute():
    """Ours are all shown."""
    stream = configured()
    for n in range(500):
        logging.getLogger("aiokafka").error("Unable to update metadata from %s", n)
        structlog.get_logger().info("ours")
    messages = [json.loads(line)["message"] for line in stream.getvalue().splitlines()]
    assert messages.count("Unable to update metadata from 0") == 1
    assert len(messages) == 501


def test_what_a_library_says_after_a_minute_is_shown_again():
    """By the time in the record."""
    repeats = logs.Repeats()
    said = [logging.LogRecord("aiokafka", logging.ERROR, "", 0, "gone", (), None) for _ in range(3)]
    said[0].created, said[1].created, said[2].created = 0.0, 59.0, 61.0
    assert [repeats.filter(record) for record in said] == [True, False, True]


def test_a_traceback_is_one_field_without_the_values_of_variables():
    """Articles don't stand in logs."""
    stream = configured()
    article = "-".join(["the", "text"])
    try:
        int(article[:0])
    except ValueError:
        structlog.get_logger().exception("a bug")
    assert "ValueError: invalid literal" in json.loads(stream.getvalue())["exception"]
    assert "the-text" not in stream.getvalue()


def test_for_people_it_is_a_readable_line():
    """As asked for."""
    stream = configured(log_format="text")
    structlog.get_logger().warning("waiting", dependency="kafka")
    assert "waiting" in stream.getvalue()
    assert "dependency=kafka" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_the_level_is_kept_and_warnings_of_python_are_lines():
    """Debug lines only when asked for."""
    stream = configured(log_level="warning")
    structlog.get_logger().info("not shown")
    assert stream.getvalue() == ""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "old" in json.loads(stream.getvalue())["message"]


def test_with_standard_error_closed_nothing_is_logged_and_nothing_ends(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    logs.configure(ServiceSettings(), "dedup")
    (handler,) = logging.getLogger().handlers
    structlog.get_logger().warning("to nobody")
    handler.stream.close()
