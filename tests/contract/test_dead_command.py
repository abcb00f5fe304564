"""`isnad dead` on a real Kafka."""

import asyncio
import itertools
import json
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from isnad import codec
from isnad.delivery import Delivery
from isnad.errors import RecordError, RequestError, SetupError
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import Reason
from isnad.outcomes import Outcome, Outgoing
from isnad.testing.builders import MOMENT, raw_article, record
from isnad.topics import Topics
from isnad_cli.dead.command import dead

pytestmark = pytest.mark.real

_numbers = itertools.count()
RAW = codec.encode(raw_article(title="عنوان\x1b[31m"))


async def bury(kafka, names):
    """Three records die; the first of them twice, because it was delivered twice. Then somebody sends nonsense."""
    await Admin(kafka).create(names.specs(), replication=1)
    records = [
        record(RAW, topic=names.raw, offset=0),
        record(b"\xff{", topic=names.raw, offset=1),
        record(None, topic=names.raw, offset=2),
        record(RAW, topic=names.raw, offset=0),
    ]
    errors = [
        RecordError(Reason.NO_TEXT, "nothing to read"),
        RecordError(Reason.INVALID_UTF8, "byte 0 is not UTF-8"),
        RecordError(Reason.EMPTY, "the message has no value"),
        RecordError(Reason.NO_TEXT, "nothing to read"),
    ]
    outcomes = [Outcome.dead(error) for error in errors]
    delivery = Delivery(records, outcomes, stage="prepare", dead_topic=names.dead, now=MOMENT)
    async with Producer(kafka) as producer:
        await delivery.attempt(producer)
        await producer.send(Outgoing(names.dead, b"", b"nonsense"))


@pytest.fixture
def call(kafka):
    names = Topics(f"dead{next(_numbers)}.")

    def call(*arguments, answer=None):
        return CliRunner().invoke(dead, [*arguments, "--kafka", kafka, "--topic-prefix", names.prefix], input=answer)

    call.names = names
    return call


@pytest.fixture
def buried(kafka, call):
    asyncio.run(bury(kafka, call.names))
    return call


def test_letters_are_counted_by_reason_each_record_once(buried):
    """A record with two letters counts once; what is no letter is counted too."""
    answer = json.loads(buried("list", "--json").stdout)
    assert answer["total"] == 4
    assert answer["by_reason"] == {"no_text": 1, "invalid_utf8": 1, "empty": 1, "unreadable": 1}
    assert answer["by_stage"] == {"prepare": 3}
    assert answer["by_source"] == {"alwatan": 1, "unknown": 2}
    assert [letter["letter"] for letter in answer["newest"]] == [0, 1, 2]
    shown = buried("list").output
    assert "4  in all" in shown
    assert "nothing to read" in shown


def test_letters_are_chosen_by_reason_stage_and_number(buried):
    """Only those count then."""
    answer = json.loads(buried("list", "--json", "--reason", "no_text").stdout)
    assert (answer["total"], answer["by_reason"]) == (1, {"no_text": 1})
    assert json.loads(buried("list", "--json", "--stage", "index").stdout)["total"] == 0
    assert [letter["letter"] for letter in json.loads(buried("list", "--json", "--limit", "1").stdout)["newest"]] == [2]


def test_one_letter_is_shown_readable_and_harmless(buried):
    """Escapes of the original don't reach the terminal; --raw gives the very bytes."""
    shown = buried("show", "0").output
    assert "nothing to read" in shown
    assert '"source": "alwatan"' in shown
    assert "\x1b" not in shown
    assert buried("show", "0", "--raw").stdout_bytes == RAW
    assert buried("show", "1", "--raw").stdout_bytes == b"\xff{"
    assert "\\xff{" in buried("show", "1").output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("99",), "it has 0 to 4"), (("4",), "no dead letter of isnad"), (("2", "--raw"), "has no value")],
)
def test_what_can_t_be_shown_is_a_sentence(buried, arguments, sentence):
    """Status 2, no traceback."""
    result = buried("show", *arguments)
    assert isinstance(result.exception, RequestError)
    assert sentence in str(result.exception)


def test_letters_are_replayed_once_and_dropped_with_a_note(buried, kafka):
    """Asked before many; --dry-run does nothing; what is resolved is no longer listed, and nobody asks twice."""
    names = buried.names

    def raw():
        return asyncio.run(Admin(kafka).ends(names.raw))

    nothing_sent = raw()
    assert "3 dead letters: not done" in buried("replay", "--dry-run").output
    refused = buried("replay", answer="n\n")
    assert (refused.exit_code, raw()) == (1, nothing_sent)
    assert "Replay 3 dead letters?" in refused.output
    assert "1 dropped." in buried("drop", "2", "--note", "a test").output
    assert "2 replayed." in buried("replay", "--yes").output
    assert sum(raw().values()) - sum(nothing_sent.values()) == 2
    assert "No open dead letters" in buried("replay", "--yes").output
    assert json.loads(buried("list", "--json").stdout)["by_state"] == {"replayed": 2, "dropped": 1}
    every = json.loads(buried("list", "--json", "--all").stdout)["newest"]
    assert [(one["letter"], one["state"]) for one in every] == [(0, "replayed"), (1, "replayed"), (2, "dropped")]
    assert every[2]["resolution"]["note"] == "a test"
    assert "1 replayed." in buried("replay", "0-1", "--again", "--reason", "no_text").output
    shown = buried("show", "2").output
    assert "resolution   dropped 20" in shown
    assert ": a test" in shown
    assert "resolution   dropped 20" in buried("show", "5").output


def test_a_replay_that_is_killed_loses_nothing_and_the_next_one_goes_on(call, kafka):
    """Killed somewhere in the middle: every original is sent, those of the part in hand twice, no letter is open."""
    names, number = call.names, 5000

    async def bury_many():
        await Admin(kafka).create(names.specs(partitions=1), replication=1)
        records = [record(b"{%d" % n, topic=names.raw, offset=n) for n in range(number)]
        outcomes = [Outcome.dead(RecordError(Reason.INVALID_JSON, "no JSON"))] * number
        async with Producer(kafka) as producer:
            await Delivery(records, outcomes, stage="prepare", dead_topic=names.dead, now=MOMENT).attempt(producer)

    def sent():
        return asyncio.run(Admin(kafka).ends(names.raw))[0]

    asyncio.run(bury_many())
    command = [sys.executable, "-m", "isnad_cli", "dead", "replay", "--yes"]
    with subprocess.Popen([*command, "--kafka", kafka, "--topic-prefix", names.prefix]) as process:
        while sent() < 50 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL, "it was done before it could be killed"
    before = sent()
    assert 50 <= before < number

    assert call("replay", "--yes").exit_code == 0
    assert number <= sent() <= number + 250

    async def values(end):
        return {one.value async for one in LogReader(kafka).read(names.raw, 0, 0, end)}

    assert asyncio.run(values(sent())) == {b"{%d" % n for n in range(number)}
    assert json.loads(call("list", "--json").stdout)["by_state"] == {"replayed": number}


def test_a_replay_that_can_t_send_all_says_which_and_fails(call, kafka):
    """Exit status 1, and the letter stays open."""

    async def bury_foreign():
        await Admin(kafka).create(call.names.specs(), replication=1)
        outcome = Outcome.dead(RecordError(Reason.NO_TEXT, "nothing"))
        foreign = record(RAW, topic="somebody.elses")
        delivery = Delivery([foreign], [outcome], stage="prepare", dead_topic=call.names.dead, now=MOMENT)
        async with Producer(kafka) as producer:
            await delivery.attempt(producer)

    asyncio.run(bury_foreign())
    result = call("replay", "--yes")
    assert result.exit_code == 1
    assert "Letter 0 stays open. It came from somebody.elses" in result.output
    assert json.loads(call("list", "--json").stdout)["total"] == 1


def test_without_topics_the_sentence_names_the_command(call):
    """Before anything was set up."""
    assert isinstance(call("list").exception, SetupError)
