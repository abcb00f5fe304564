"""Dedup's answer for one article after the other, as a function of the ordered log alone (pure).

The log's order is the authority; its append times only move the window. Whoever hands over the same articles in the
same order with the same append times gets the same answers: the service, a rebuild after a restart, and `isnad dedup`
on a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Literal

from isnad.messages import Link, Member, Relation, Span, StoryState, Verdict
from isnad.similarity.evidence import passages
from isnad.similarity.index import NearDuplicateIndex
from isnad.similarity.shingles import Hashes, distinct, shingle_hashes
from isnad.similarity.stories import SHORT, Joined, Stories, TextKey
from isnad.similarity.window import Window
from isnad.text.words import tokens, words

Change = Literal["new_story", "copy_joined", "article_edited"]

_CHANGES: dict[Relation, Change] = {
    "original": "new_story",
    "copy": "copy_joined",
    "partial": "copy_joined",
    "revision": "article_edited",
}


@dataclass(frozen=True, slots=True)
class Arrival:
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


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """What an article changed, and the story afterwards."""

    kind: Change
    story: StoryState


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict, and what it changed: nothing, where the article was delivered again."""

    verdict: Verdict
    event: StoryEvent | None
    published_at: datetime
    """The article's own; for an undated one, that of its first version: nobody published it again."""
    arrived_at: datetime | None
    """When this text of the article came first."""


@dataclass(frozen=True, slots=True)
class _Given:
    """What was answered for one text of an article."""

    verdict: Verdict
    published_at: datetime
    arrived_at: datetime | None


class Matcher:
    """The state of the log up to here.

    An article is known by its id while it is in the window. The same id with the same title and body is the same
    article delivered again: it gets the verdict that it got the first time, changes nothing, and is not matched with
    itself. The same id with another title or body is a revision: it stays in its story, and its text takes the place
    of the former one. Where an earlier text of it comes again, the verdict is the one given then, and that text is the
    present one again, to which later articles are compared. An article that comes again after it has left the window is
    a new one.

    Kept in memory: what `NearDuplicateIndex` and `Stories` keep, and for each article in the window the verdicts
    given and the times of arrival, by a digest of the text they belong to.
    """

    def __init__(self, window: Window | None = None, *, evidence: bool = True) -> None:
        """Begin with an empty log; without `evidence` the links have no passages, which is quicker."""
        self._index = NearDuplicateIndex(window)
        self._stories = Stories()
        self._given: dict[str, dict[bytes, _Given]] = {}
        self._present: dict[str, bytes] = {}
        self._evidence = evidence

    def __len__(self) -> int:
        """Articles in the window."""
        return len(self._index)

    def answer(self, article: Arrival) -> Answer:
        """Take the next article of the log and return what it is."""
        forgotten = self._index.advance(article.appended_at)
        self._stories.forget(forgotten)
        for article_id in forgotten:
            del self._given[article_id], self._present[article_id]

        digest = _digest(article.title, article.body)
        given = self._given.setdefault(article.id, {})
        first = next(iter(given.values()), None)
        published_at = first.published_at if first is not None and article.undated else article.published_at
        known = given.get(digest)
        if known is not None and digest == self._present[article.id]:
            return Answer(known.verdict, None, published_at, known.arrived_at)

        body_words = words(article.body)
        in_order = shingle_hashes(body_words)
        hashes = distinct(in_order)
        text_key = _text_key(body_words, words(article.title)) if body_words and hashes.size < SHORT else None
        member = Member(
            id=article.id,
            source=article.source,
            title=article.title,
            published_at=article.published_at,
            url=article.url,
        )
        if known is None:
            verdict = self._judge(article, member, in_order, hashes, text_key, revised=first is not None)
            known = given[digest] = _Given(verdict, published_at, article.arrived_at)
            kind = _CHANGES[verdict.relation]
        else:
            # An earlier text is the present one again: what comes later is compared with this one, as it is shown.
            self._stories.revise(member, hashes.size, text_key)
            kind = "article_edited"
        self._index.add(article.id, hashes)
        self._present[article.id] = digest
        event = StoryEvent(kind, self._stories.state(known.verdict.story_id))
        return Answer(known.verdict, event, published_at, known.arrived_at)

    def _judge(
        self,
        article: Arrival,
        member: Member,
        in_order: Hashes,
        hashes: Hashes,
        text_key: TextKey | None,
        *,
        revised: bool,
    ) -> Verdict:
        """Give the verdict on a text that is seen for the first time, and let its story have it."""
        matches = self._index.match(hashes, own_key=article.id)
        if revised:
            joined = self._stories.revise(member, hashes.size, text_key)
        else:
            joined = self._stories.join(member, hashes.size, matches, text_key)
        spans = self._spans(article.body, in_order) if matches else _no_spans
        links = tuple(
            Link(
                id=match.key,
                story_id=self._stories.story_of(match.key),
                jaccard=match.jaccard,
                contained=match.contained,
                contains=match.contains,
                shared=match.shared,
                passages=spans(match.key),
            )
            for match in matches
        )
        return Verdict(story_id=joined.story_id, relation=joined.relation, links=_with_twin(links, joined))

    def _spans(self, body: str, in_order: Hashes) -> Callable[[str], tuple[Span, ...]]:
        if not self._evidence:
            return _no_spans
        placed = tokens(body)
        return lambda other: passages(placed, in_order, self._index.hashes(other))


def _no_spans(_: str) -> tuple[Span, ...]:
    return ()


def _with_twin(links: tuple[Link, ...], joined: Joined) -> tuple[Link, ...]:
    """Add the earlier article of the same short text where it is not among the links.

    A text of fewer than five words has no shingle that could be shared, and a very common one finds only the newest.
    """
    if joined.twin is None or any(link.id == joined.twin for link in links):
        return links
    return (*links, Link(id=joined.twin, story_id=joined.story_id, jaccard=1.0, contained=1.0, contains=1.0, shared=0))


def _digest(title: str, body: str) -> bytes:
    # The length keeps a word that moved from the title to the body from going unseen.
    written = f"{len(title)} {title}{body}".encode("utf-8", "surrogatepass")
    return blake2b(written, digest_size=16).digest()


def _text_key(body_words: list[str], title_words: list[str]) -> TextKey:
    body, title = (blake2b(" ".join(some).encode(), digest_size=16).digest() for some in (body_words, title_words))
    return body, title
