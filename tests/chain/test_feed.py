"""`isnad feed` on a real Kafka: what is acknowledged is there, whatever happens to the feeder or to Kafka."""

import asyncio
import json
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from isnad.kafka import Admin, LogReader
from isnad.outcomes import Record
from isnad.topics import Topics

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]


class Feeder:
    """Calls the feeder for topics of its own."""

    def __init__(self, kafka: str) -> None:
        self.kafka = kafka
        self.topics = Topics(f"feed{uuid.uuid4().hex[:8]}-")
        asyncio.run(Admin(kafka).create(self.topics.specs()))

    def command(self, *arguments: object) -> list[str]:
        where = ["--kafka", self.kafka, "--topic-prefix", self.topics.prefix]
        return [sys.executable, "-m", "isnad_cli", "feed", *map(str, arguments), *where]

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=False)

    def sent(self) -> list[Record]:
        """All records of the raw topic, partition by partition."""

        async def read() -> list[Record]:
            reader, found = LogReader(self.kafka), []
            for partition, end in (await Admin(self.kafka).ends(self.topics.raw)).items():
                found += [record async for record in reader.read(self.topics.raw, partition, 0, end)]
            return found

        return asyncio.run(read())


@pytest.fixture
def feeder(kafka: str) -> Feeder:
    return Feeder(kafka)


def articles(path: Path, count: int) -> Path:
    lines = (
        {"source": "o", "url": f"https://news.example/{n}", "body": f"نص الخبر رقم {n} " * 40} for n in range(count)
    )
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return path


def summary(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return counts


def test_what_is_accepted_is_in_kafka(feeder: Feeder, tmp_path: Path) -> None:
    """Three thousand articles, fed twice: the same keys and values twice, each key in one partition."""
    given = articles(tmp_path / "a.jsonl", 3000)
    for _ in range(2):
        counts = summary(feeder.run(given, "--json"))
        assert (counts["accepted"], counts["distinct"], counts["refused"]) == (3000, 3000, 0)
    sent = feeder.sent()
    assert set(Counter((record.key, record.value, record.partition) for record in sent).values()) == {2}
    assert len({record.key for record in sent}) == 3000


def test_bad_input_is_refused_and_the_rest_is_sent(feeder: Feeder, tmp_path: Path) -> None:
    """A malformed line, an empty file, a binary file and a line of 50 MB: four refusals with their places."""
    (tmp_path / "1-malformed.jsonl").write_text(
        '{"source":"o","body":"first"}\n{"source":\n{"source":"o","body":"third"}\n'
    )
    (tmp_path / "2-empty.txt").touch()
    (tmp_path / "3-binary.txt").write_bytes(bytes(range(256)) * 100)
    with (tmp_path / "4-long.jsonl").open("w") as long:
        long.write('{"source":"o","body":"' + "x" * 50_000_000 + '"}\n{"source":"o","body":"after"}\n')
    done = feeder.run(tmp_path, "--json")
    assert done.returncode == 3
    counts = summary(done)
    assert [(Path(one["file"]).name, one.get("line")) for one in counts["refusals"]] == [
        ("1-malformed.jsonl", 2), ("2-empty.txt", None), ("3-binary.txt", None), ("4-long.jsonl", 1),
    ]  # fmt: skip
    assert {json.loads(record.value or b"")["body"] for record in feeder.sent()} == {"first", "third", "after"}


def test_a_killed_feeder_can_be_called_again(feeder: Feeder, tmp_path: Path) -> None:
    """Kill -9 in the middle, then the same call: every article is there, and no key that is not one of them."""
    given = articles(tmp_path / "a.jsonl", 2000)
    with subprocess.Popen(feeder.command(given, "--rate", "1000/s"), stderr=subprocess.DEVNULL) as feeding:
        time.sleep(1.5)
        feeding.kill()
    before = {record.key for record in feeder.sent()}
    assert 0 < len(before) < 2000
    assert summary(feeder.run(given, "--json"))["accepted"] == 2000
    assert len({record.key for record in feeder.sent()} | before) == 2000


def test_an_interrupted_feeder_says_how_far_it_came(feeder: Feeder, tmp_path: Path) -> None:
    """Ctrl-C ends it with the counts and status 130; what it counted is in Kafka."""
    given = articles(tmp_path / "a.jsonl", 2000)
    with subprocess.Popen(
        feeder.command(given, "--rate", "500/s", "--json"), stdout=subprocess.PIPE, text=True
    ) as feeding:  # fmt: skip
        time.sleep(2)
        feeding.send_signal(signal.SIGINT)
        printed, _ = feeding.communicate()
    assert feeding.returncode == 130
    assert 0 < json.loads(printed)["accepted"] <= len(feeder.sent()) < 2000


def test_an_outage_of_kafka_is_waited_for(feeder: Feeder, servers: Any, tmp_path: Path) -> None:
    """While Kafka is stopped for longer than a send may take, the feeder says that it waits; then it goes on."""
    given = articles(tmp_path / "a.jsonl", 1500)
    broker = servers.running["kafka"].started
    with subprocess.Popen(
        feeder.command(given, "--rate", "300/s"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as feeding:  # fmt: skip
        time.sleep(2)
        broker.send_signal(signal.SIGSTOP)
        try:
            assert feeding.stderr is not None
            assert "Waiting for it, up to 120 s" in next(line for line in said(feeding.stderr) if "Waiting" in line)
        finally:
            broker.send_signal(signal.SIGCONT)
        printed, told = feeding.communicate()
    assert feeding.returncode == 0
    assert "Kafka is back, going on." in told
    assert printed.startswith("1 file: 1,500 accepted, 0 refused")
    assert len({record.key for record in feeder.sent()}) == 1500


def said(stream: IO[str]) -> Iterator[str]:
    return iter(stream.readline, "")


def test_a_missing_topic_is_a_sentence(kafka: str, tmp_path: Path) -> None:
    """The feeder makes no topics; it names the command that does."""
    where = ["--kafka", kafka, "--topic-prefix", "none-"]
    command = [sys.executable, "-m", "isnad_cli", "feed", str(articles(tmp_path / "a.jsonl", 3)), *where]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("isnad: ")
    assert "isnad topics create" in done.stderr
