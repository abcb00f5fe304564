"""A fault of volume: the same paragraphs in a hundred thousand articles."""

import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil
import pytest
from tests.harness.articles import Article
from tests.harness.chain import Chain
from tests.harness.workers import environment

pytestmark = pytest.mark.real

OFFLINE, WARM, THROUGH = 100_000, 2_000, 3_000
"""Articles for `isnad dedup`, those of them that come before the measuring begins, and articles for the chain."""

MOST_TIMES = 2.0
"""So many times the CPU of an article among the first tenth one among the last may take."""


def with_boilerplate(name: str) -> Iterator[Article]:
    """Yield articles without end: sixty words of their own, and their outlet's thirty, which are always the same."""
    chance = random.Random(7)
    lexicon = ["".join(chance.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=chance.randint(2, 7))) for _ in range(20_000)]
    boilerplate = [" ".join(chance.choices(lexicon, k=30)) for _ in range(3)]
    number = 0
    while True:
        words = chance.choices(lexicon, k=67)
        outlet = number % len(boilerplate)
        yield {
            "schema": 1,
            "id": f"{name}:{number}",
            "source": f"outlet-{outlet}",
            "title": " ".join(words[:7]),
            "body": f"{' '.join(words[7:])}\n\n{boilerplate[outlet]}",
            "published_at": "2018-02-08T10:22:00Z",
        }
        number += 1


def cpu_of_articles(chain: Chain, verdicts: Path) -> tuple[float, float]:
    """Give `isnad dedup` the articles by a pipe; return its seconds of CPU for the first and for the last tenth."""
    articles = (json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in with_boilerplate("offline"))
    command = [*chain.command, "dedup", "--input", "-", "--output", str(verdicts)]
    with subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE) as deduping:
        process, given = psutil.Process(deduping.pid), deduping.stdin
        assert given is not None

        def cpu_after(number: int) -> float:
            """What the process takes in advance is little, and the same each time."""
            given.writelines(islice(articles, number))  # type: ignore[union-attr]  # it is a pipe
            spent = process.cpu_times()
            return spent.user + spent.system

        tenth = OFFLINE // 10
        marks = [cpu_after(number) for number in (WARM, tenth, OFFLINE - WARM - 2 * tenth, tenth)]
        given.close()
        assert deduping.wait() == 0
    return marks[1] - marks[0], marks[3] - marks[2]


@pytest.mark.row(32, "the same paragraphs in a hundred thousand articles offline, and in three thousand of the chain")
def test_boilerplate(chain: Chain, tmp_path: Path):
    """An article costs as much at the end as at the beginning, and no story is made of boilerplate."""
    verdicts = tmp_path / "verdicts.jsonl"
    first, last = cpu_of_articles(chain, verdicts)
    assert last < MOST_TIMES * first, f"{first:.2f} s of CPU for the first tenth, {last:.2f} s for the last"
    assert _largest_story(verdicts.read_text().splitlines()) == 1
    chain.start()
    chain.send(islice(with_boilerplate(chain.name), THROUGH), 150).wait()
    assert chain.settle().count.dead == 0
    assert max(Counter(one["story_id"] for one in chain.documents(fields=("story_id",))).values()) == 1


def _largest_story(lines: list[str]) -> int:
    sizes = Counter(json.loads(line)["story_id"] for line in lines)
    assert sizes.total() == OFFLINE
    return max(sizes.values())
