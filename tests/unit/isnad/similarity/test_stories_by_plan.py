"""Whatever is joined, revised and forgotten, and wherever it stops: stories are those of a plain implementation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.isnad.similarity.plain_stories import PlainStories
from tests.unit.memory_folder import IN_MEMORY

from isnad.messages import Member
from isnad.similarity.archive import Archive
from isnad.similarity.matches import Match
from isnad.similarity.snapshot import Captured, opened, write
from isnad.similarity.stories import Stories

NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Step:
    kind: Literal["article", "segment", "forget", "remove", "restart"]
    article_id: str = ""
    """Of an article that is in the window, the step is a revision."""
    source: str = "hayat"
    hours: int = 0
    topic: int = 0
    """An article matches those of its topic."""
    size: int = 100
    shared: tuple[int, ...] = ()
    """With each of those, from the newest on; again and again where there are more."""
    amount: int = 0
    """Of articles to forget; of one to remove, its place among those that are there."""


class Both:
    """Does each step with both implementations and compares all that they know."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.restarts = 0
        self.archive = Archive(home / "archive 0")
        self.segments = range(1)
        self.archive.keep(self.segments)
        self.stories = Stories(self.archive)
        self.plain = PlainStories()
        self.ids: list[str] = []
        self.topics: list[int] = []
        self.segment_of: list[int] = []

    def run(self, steps: Sequence[Step]) -> None:
        try:
            for step in steps:
                getattr(self, step.kind)(step)
                for number in self.plain.present():
                    assert self.stories.story_of(number) == self.plain.entries[number].story_id
                    assert self.stories.state(number) == self.plain.state(number)
        finally:
            self.archive.close()

    def article(self, step: Step) -> None:
        number = len(self.ids)
        present = self.plain.present()
        article = Member(
            id=step.article_id,
            source=step.source,
            title=f"{step.topic} {number}",
            published_at=NOON + timedelta(hours=step.hours),
            url=f"https://example.org/{number}",
        )
        text = (b"body %d" % step.topic, b"title") if step.size < 20 and step.topic else None
        former = next((one for one in present if self.ids[one] == step.article_id), None)
        self.ids.append(step.article_id)
        self.topics.append(step.topic)
        self.segment_of.append(self.segments[-1])
        if former is not None:
            arguments = (number, former, article, step.size, text)
            assert self.stories.revise(*arguments) == self.plain.revise(*arguments)
        else:
            arguments = (number, article, step.size, self.matches(step, sorted(present, reverse=True)), text)
            assert self.stories.join(*arguments) == self.plain.join(*arguments)

    def matches(self, step: Step, present: Sequence[int]) -> list[Match]:
        related = [number for number in present if self.topics[number] == step.topic]
        shares = step.shared * len(related)
        found = [
            Match(number=number, key=self.ids[number], shared=share, size=100, other_size=100)
            for number, share in zip(related, shares, strict=False)
            if share
        ]
        return sorted(found, key=lambda match: (-match.containment, match.number))

    def segment(self, step: Step) -> None:
        self.segments = range(self.segments.start, self.segments.stop + 1)
        self.archive.keep(self.segments)

    def forget(self, step: Step) -> None:
        start = min(self.plain.entries, default=len(self.ids))
        numbers = range(start, min(start + step.amount, len(self.ids)))
        self.stories.forget(numbers)
        self.plain.forget(numbers)
        # As the index does it: a segment is dropped when all of its entries are out of the window.
        oldest = min((self.segment_of[number] for number in self.plain.entries), default=self.segments[-1])
        self.segments = range(oldest, self.segments.stop)
        self.archive.keep(self.segments)

    def remove(self, step: Step) -> None:
        present = sorted(self.plain.present())
        if not present:
            return
        number = present[step.amount % len(present)]
        story = self.plain.entries[number].story_id
        members = [one for one in present if self.plain.entries[one].story_id == story]
        assert self.stories.members(number) == members
        others = [self.plain.member(one) for one in members if one != number]
        state = self.stories.remove(number, self.plain.member(number), others)
        assert state == self.plain.remove(number)
        with pytest.raises(KeyError):
            self.stories.remove(number, step_member(step), others)

    def restart(self, step: Step) -> None:
        self.restarts += 1
        folder = self.home / f"snapshot {self.restarts}"
        archived, known = self.archive.capture(), self.stories.capture()
        write(folder, Captured(archived.about | known.about, archived.parts | known.parts))
        self.archive.close()
        self.archive = Archive(self.home / f"archive {self.restarts}")
        self.stories = Stories(self.archive)
        with opened(folder) as snapshot:
            self.archive.restore(snapshot)
            self.stories.restore(snapshot, self.ids.__getitem__)


def step_member(step: Step) -> Member:
    return Member(id=step.article_id, source=step.source, title="", published_at=NOON)


articles = st.builds(
    Step,
    kind=st.just("article"),
    article_id=st.sampled_from("abcdefgh"),
    source=st.sampled_from(["hayat", "sabq", "okaz"]),
    hours=st.integers(-3, 3),
    topic=st.integers(0, 2),
    size=st.sampled_from([100, 100, 3]),
    shared=st.lists(st.sampled_from([0, 40, 60, 90]), min_size=1, max_size=3).map(tuple),
)
others = st.builds(
    Step, kind=st.sampled_from(["segment", "forget", "forget", "remove", "remove"]), amount=st.integers(0, 4)
)


@settings(max_examples=200, deadline=None)
@given(st.lists(articles | articles | others, min_size=25, max_size=60))
def test_stories_are_those_of_the_plain_implementation(plan: list[Step]):
    with TemporaryDirectory(dir=IN_MEMORY) as home:
        Both(Path(home)).run(plan)


@settings(max_examples=50, deadline=None)
@given(st.lists(articles | articles | others, min_size=25, max_size=60), st.integers(0, 60))
def test_stories_go_on_after_a_restart_as_if_there_had_been_none(plan: list[Step], place: int):
    with TemporaryDirectory(dir=IN_MEMORY) as home:
        Both(Path(home)).run([*plan[:place], Step("restart"), *plan[place:]])


@pytest.mark.parametrize("seed", range(3))
def test_large_stories_are_those_of_the_plain_implementation_too(seed: int):
    """Up to some hundred members, of which the newest 32 count; about half of them match, which is where it matters."""
    random = Random(seed)
    steps = []
    for number in range(500):
        if random.random() < 0.02:
            steps.append(Step(random.choice(["segment", "forget", "remove", "restart"]), amount=random.randrange(60)))
        steps.append(
            Step(
                "article",
                article_id=str(number if random.random() < 0.8 else random.randrange(max(0, number - 150), number + 1)),
                hours=random.randrange(100),
                topic=int(random.random() < 0.1),
                size=3 if random.random() < 0.05 else 100,
                shared=tuple(random.choices([90, 60, 0], weights=[1, 5, 5], k=random.randint(1, 9))),
            )
        )
    with TemporaryDirectory(dir=IN_MEMORY) as home:
        Both(Path(home)).run(steps)
