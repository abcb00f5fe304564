"""Reading the end of a log and what is added to it."""

from pathlib import Path

import pytest

from isnad_cli.local.following import follow, last_lines, last_words, says_port_is_taken


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


ELASTICSEARCH = """\
[INFO ] starting ...
[ERROR] fatal exception while booting Elasticsearch
org.elasticsearch.transport.BindTransportException: Failed to bind to 127.0.0.1:9300
\tat org.elasticsearch.transport.TcpTransport.bindToPort(TcpTransport.java:500)
Caused by: java.net.BindException: Address already in use
\tat sun.nio.ch.Net.bind0(Native Method)
[INFO ] closed

ERROR: Elasticsearch died while starting up, with exit code 1
"""
KAFKA = """\
ERROR Exiting Kafka due to fatal exception during startup. (kafka.Kafka$)
java.lang.RuntimeException: Received a fatal error
\tat kafka.Kafka$.main(Kafka.scala)
Caused by: org.KafkaException: Socket server failed to bind to 127.0.0.1:9092: Address already in use.
\t... 6 more
INFO shut down completely
"""
LOCKED = """\
[ERROR] fatal exception while booting Elasticsearch
java.lang.IllegalStateException: failed to obtain node locks
Caused by: java.io.IOException: failed to obtain lock
ERROR: Elasticsearch died while starting up, with exit code 1
"""


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (ELASTICSEARCH, "Failed to bind to 127.0.0.1:9300"),
        (KAFKA, "Socket server failed to bind to 127.0.0.1:9092: Address already in use."),
        (LOCKED, "failed to obtain node locks"),
        (ELASTICSEARCH + "[INFO ] started\n" * 20 + "Killed\n", "Killed"),
    ],
)
def test_a_java_servers_end_is_told_by_its_fatal_exception(tmp_path: Path, log: str, words: str) -> None:
    """Not by its farewell; and not by the exception of an earlier start."""
    (tmp_path / "log").write_text(log)
    assert last_words(tmp_path / "log") == words


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("Failed to bind to 127.0.0.1:9300", True),
        ("The health pages can't listen on 127.0.0.1:8401 (Address already in use).", True),
        ("failed to obtain node locks", False),
    ],
)
def test_a_taken_port_is_known_by_these_words(words: str, taken: bool) -> None:
    """Of the servers, and of our own services."""
    assert says_port_is_taken(words) is taken


def test_no_log_has_no_last_words(tmp_path: Path) -> None:
    """It has not even begun to write."""
    assert last_words(tmp_path / "none") == ""
