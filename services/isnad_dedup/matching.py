"""Dedup's answer for one article after the other, as a function of the ordered log alone (pure).

The log's order is the authority; its append times only move the window. Whoever hands over the same articles in the
same order with the same append times gets the same answers: the service, a rebuild after a restart, and `isnad dedup`
on a file.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, Self

import msgspec

from isnad.messages import Link, Member, Relation, Span, StoryState, Verdict
from isnad.similarity.archive import Archive
from isnad.similarity.evidence import Passages
from isnad.similarity.index import Match, NearDuplicateIndex, Taken
from isnad.similarity.shingles import Hashes, placed
from isnad.similarity.snapshot import Captured, Json, Opened, Part
from isnad.similarity.stories import SHORT, Stories
from isnad.similarity.twins import TextKey
from isnad.similarity.window import Window
from isnad.text.words import words
from isnad_dedup.given import Answered, Given, Text

FORMER_TEXTS = 16
"""So many earlier texts of an article are remembered with their verdicts. One that comes again after more than that
many others is a new revision."""

DIGEST_BYTES = 16
"""Of what tells the texts of an article apart."""

Change = Literal["new_story", "copy_joined", "article_edited"]

_CHANGES: dict[Relation, Change] = {
    "original": "new_story",
    "copy": "copy_joined",
    "partial": "copy_joined",
    "revision": "article_edited",
}


class Arrival(msgspec.Struct, frozen=True):
    """An article as it stands in the log."""

    id: str
    source: str
    title: str
    body: str
    published_at: datetime
    appended_at: datetime
    url: str | None = None
    arrived_at: datetime | None = None
    """When its raw record came; None where there was none."""
    undated: bool = False
    """Whether `published_at` is not the publisher's word, but the time of arrival for want of a better one."""


class StoryEvent(msgspec.Struct, frozen=True):
    """What an article changed, and the story afterwards."""

    kind: Change
    story: StoryState


class Answer(msgspec.Struct, frozen=True):
    """The verdict, and what it changed: nothing, where the article was delivered again. Times are in UTC."""

    verdict: Verdict
    event: StoryEvent | None
    published_at: datetime
    """The article's own; for an undated one, that of its first version: nobody published it again."""
    arrived_at: datetime | None
    """When this text of the article came first."""


class Index(Protocol):
    """What is needed of `isnad.similarity.index.NearDuplicateIndex`, where it is described."""

    def __len__(self) -> int:
        """Return how many articles are in the window."""
        ...

    @property
    def segments(self) -> range:
        """Which segments are in the window."""
        ...

    def number(self, key: str) -> int | None:
        """Return the number of the present text of an article in the window."""
        ...

    def key(self, number: int) -> str:
        """Return whose text in the window has this number."""
        ...

    def hashes(self, number: int) -> Hashes:
        """Return the distinct shingles of a text in the window."""
        ...

    def advance(self, moment: datetime) -> range:
        """Move the window, and return the numbers that fell out of it."""
        ...

    def extend(self, entries: Sequence[tuple[str, str]]) -> list[Taken]:
        """Match texts and add them, as many as the present segment has room for."""
        ...

    def capture(self) -> Captured:
        """Return the state, to be written."""
        ...

    def restore(self, opened: Opened) -> None:
        """Take over a state that was written."""
        ...

    def close(self) -> None:
        """Close its files."""
        ...


class _Known(NamedTuple):
    """An article in the window."""

    number: int
    """Of its present text."""
    answered: Answered


class Matcher:
    """The state of the log up to here.

    An article is known by its id while it is in the window. The same id with the same title and body is the same
    article delivered again: it gets the verdict that it got the first time, changes nothing, and is not matched with
    itself. The same id with another title or body is a revision: it stays in its story, and its text takes the place
    of the former one. Where an earlier text of it comes again (one of the last 16), the verdict is the one given then,
    and that text is the present one again, to which later articles are compared. An article that comes again after it
    has left the window is a new one.

    Kept in memory: what `NearDuplicateIndex` and `Stories` keep, and 8 bytes for each text in the window. The verdicts
    given are on disk, with the times of arrival and a digest of the text they belong to.
    """

    def __init__(
        self,
        window: Window | None = None,
        *,
        evidence: bool = True,
        events: bool = True,
        folder: Path | None = None,
        index: Index | None = None,
    ) -> None:
        """Begin with an empty log.

        Args:
            window: how far back articles are compared.
            evidence: without it the links have no passages, which is quicker.
            events: without them no answer says what it changed, which is quicker too.
            folder: where shingles and verdicts are kept; without one, in temporary files that `close` deletes.
            index: another index than the usual one of this window.
        """
        self._window = window or Window()
        if index is None:
            index = NearDuplicateIndex(self._window, folder=folder and folder / "shingles")
        self._index = index
        self._archive = Archive(folder and folder / "records")
        self._stories = Stories(self._archive)
        self._given = Given(self._archive)
        self._evidence = evidence
        self._events = events

    def __len__(self) -> int:
        """Articles in the window."""
        return len(self._index)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files on disk, and delete temporary ones."""
        self._index.close()
        self._archive.close()

    def answer(self, article: Arrival) -> Answer:
        """Take the next article of the log and return what it is."""
        return self.answer_all([article])[0]

    def answer_all(self, articles: Sequence[Arrival]) -> list[Answer]:
        """Take the next articles of the log and return what each is: what `answer` returns for one after the other.

        Many at once are quicker: their shingles are made and looked up in one pass.
        """
        days = [self._window.day(article.appended_at) for article in articles]
        digests = [_digest(article.title, article.body) for article in articles]
        answers: list[Answer] = []
        while (first := len(answers)) < len(articles):
            self._advance(articles[first].appended_at)
            last = first + 1
            while last < len(articles) and days[last] == days[first]:
                last += 1
            answers += self._answer_some(articles[first:last], digests[first:last])
        return answers

    def capture(self) -> Captured:
        """Return the state at this place of the log, to be written into a snapshot."""
        about: dict[str, Json] = {}
        parts: dict[str, Part] = {}
        for component in (self._index, self._stories, self._given, self._archive):
            captured = component.capture()
            about |= captured.about
            parts |= captured.parts
        return Captured(about, parts)

    def restore(self, opened: Opened) -> None:
        """Go on from a captured state of the same window, as long as nothing was taken yet.

        Raises:
            SnapshotError: a part of it can't be read.
        """
        self._archive.restore(opened)
        self._index.restore(opened)
        self._stories.restore(opened, self._index.key)
        self._given.restore(opened)

    def _advance(self, moment: datetime) -> None:
        fallen = self._index.advance(moment)
        if fallen:
            self._stories.forget(fallen)
            self._given.forget(fallen.stop)
        self._archive.keep(self._index.segments)

    def _answer_some(self, articles: Sequence[Arrival], digests: Sequence[bytes]) -> list[Answer]:
        """Answer articles of one day, one at least, up to where the window may move."""
        known: dict[str, _Known | None] = {}
        present: dict[str, bytes | None] = {}
        entries: list[tuple[str, str]] = []
        for article, digest in zip(articles, digests, strict=True):
            key = article.id
            if key not in known:
                before = known[key] = self._find(key)
                present[key] = before and before.answered.present.digest
            if present[key] != digest:
                if len(entries) == self._window.segment_articles:
                    break
                present[key] = digest
                entries.append((key, article.body))

        taken = self._index.extend(entries) if entries else []
        answers: list[Answer] = []
        entered = 0
        for article, digest in zip(articles, digests, strict=True):
            if entries and entered == len(taken):
                # The segment may be full now, and what comes next may be met by another window.
                break
            before = known[article.id]
            if before is not None and before.answered.present.digest == digest:
                answers.append(_again(article, before))
            else:
                answer, known[article.id] = self._enter(article, digest, taken[entered], before)
                answers.append(answer)
                entered += 1
        return answers

    def _find(self, article_id: str) -> _Known | None:
        number = self._index.number(article_id)
        return None if number is None else _Known(number, self._given.find(number))

    def _enter(self, article: Arrival, digest: bytes, taken: Taken, before: _Known | None) -> tuple[Answer, _Known]:
        """Answer an article whose text is not the present one, and remember it."""
        number = taken.number
        published_at = first_published_at = _utc(article.published_at)
        member = Member(
            id=article.id, source=article.source, title=article.title, published_at=published_at, url=article.url
        )
        text_key = _text_key(article) if taken.size < SHORT else None
        text: Text | None = None
        former: tuple[Text, ...] = ()
        if before is None:
            joined = self._stories.join(number, member, taken.size, taken.matches, text_key)
        else:
            joined = self._stories.revise(number, before.number, member, taken.size, text_key)
            first_published_at, texts = before.answered.published_at, before.answered.texts
            text = next((one for one in texts if one.digest == digest), None)
            former = tuple(one for one in texts if one is not text)[-FORMER_TEXTS:]
        kind: Change = "article_edited"
        if text is None:
            links = self._links(article.body, taken.matches)
            if joined.twin is not None:
                links = _with_twin(links, self._index.key(joined.twin), joined.story_id)
            verdict = Verdict(story_id=joined.story_id, relation=joined.relation, links=links)
            text = Text(digest, article.arrived_at and _utc(article.arrived_at), verdict)
            kind = _CHANGES[joined.relation]
        answered = Answered(first_published_at, (*former, text))
        self._given.keep(number, answered)
        event = StoryEvent(kind, self._stories.state(number)) if self._events else None
        return Answer(
            text.verdict, event, first_published_at if article.undated else published_at, text.arrived_at
        ), _Known(number, answered)

    def _links(self, body: str, matches: Sequence[Match]) -> tuple[Link, ...]:
        if not matches:
            return ()
        spans = self._spans(body)
        return tuple(
            Link(
                id=match.key,
                story_id=self._stories.story_of(match.number),
                jaccard=match.jaccard,
                contained=match.contained,
                contains=match.contains,
                shared=match.shared,
                passages=spans(match.number),
            )
            for match in matches
        )

    def _spans(self, body: str) -> Callable[[int], tuple[Span, ...]]:
        if not self._evidence:
            return _no_spans
        own = Passages(placed(body))
        return lambda other: own.shared_with(self._index.hashes(other))


def _no_spans(_: int) -> tuple[Span, ...]:
    return ()


def _again(article: Arrival, known: _Known) -> Answer:
    """Answer an article whose text is the present one."""
    text = known.answered.present
    published_at = known.answered.published_at if article.undated else _utc(article.published_at)
    return Answer(text.verdict, None, published_at, text.arrived_at)


def _with_twin(links: tuple[Link, ...], twin: str, story_id: str) -> tuple[Link, ...]:
    """Add the earlier article of the same short text where it is not among the links.

    A text of fewer than five words has no shingle that could be shared, and a very common one finds only the newest.
    """
    if any(link.id == twin for link in links):
        return links
    return (*links, Link(id=twin, story_id=story_id, jaccard=1.0, contained=1.0, contains=1.0, shared=0))


def _digest(title: str, body: str) -> bytes:
    # SHA-256, because most processors compute it themselves, in half the time that BLAKE2b takes. The length keeps a
    # word that moved from the title to the body from going unseen.
    digest = sha256(f"{len(title)} {title}".encode("utf-16-le", "surrogatepass"))
    digest.update(body.encode("utf-16-le", "surrogatepass"))
    return digest.digest()[:DIGEST_BYTES]


def _text_key(article: Arrival) -> TextKey | None:
    body, title = words(article.body), words(article.title)
    return (_of_words(body), _of_words(title)) if body else None


def _of_words(some: list[str]) -> bytes:
    return blake2b(" ".join(some).encode(), digest_size=DIGEST_BYTES).digest()


def _utc(moment: datetime) -> datetime:
    """Return the same moment in UTC, in which it comes back from the disk."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # within hours of the first or the last year there is
        return moment.replace(tzinfo=UTC)
