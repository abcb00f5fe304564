"""Stories: which articles are the same report, and what is known of each story (pure).

An article joins a story when it matches the story as a whole: at least half of its members. The nearest member alone
does not decide, because a round-up shares a paragraph with each of five reports that have nothing to do with each
other. A story's id is the id of the article that opened it; stories are never merged and an article never changes its
story.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from isnad.messages import Member, Relation, StoryState
from isnad.similarity.index import Match

JOINING_SHARE = 0.5
"""A member matches when so much of the shorter of the two texts is shared."""

JOINING_MEMBERS = 0.5
"""So many of a story's members must match. With a third, reports chain through their common set phrases; with more than
half, the second copy of a shortened report no longer finds its story."""

COPY_JACCARD = 0.8
"""From here on a text is a copy: what differs is a headline's worth of words, not a paragraph."""

SHORT = 20
"""Texts of fewer distinct shingles (about 24 words) join only when they and their titles are the same after
normalisation."""

_COMPARED_MEMBERS = 64
"""A story is as its newest members are: so many are counted, which bounds the cost of a very large one."""

TextKey = tuple[bytes, bytes]
"""What makes two short texts the same: a digest of the body's normalised words, and of the title's."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Where an article went."""

    story_id: str
    relation: Relation
    twin: str | None = None
    """The earlier article with the same short text, where that decided."""


@dataclass(slots=True)
class _Article:
    story_id: str
    compared: bool
    """Whether it counts among the story's members; short texts don't."""
    short: TextKey | None


@dataclass(slots=True)
class _Story:
    origin: Member
    first_published_at: datetime
    last_published_at: datetime
    articles: int = 0
    outlets: Counter[str] = field(default_factory=Counter)
    members_in_window: int = 0
    newest: deque[str] = field(default_factory=lambda: deque(maxlen=_COMPARED_MEMBERS))
    """Members that are not short and still in the window, oldest first."""


class Stories:
    """The stories that have an article in the window.

    Kept in memory: a line for each article in the window (its story, and for short texts two digests), and for each
    story that has one there its origin, its counts by outlet, and the ids of at most 64 members. A story whose last
    article left the window is forgotten; what counts it had is in the last `StoryState` that was given out.
    """

    def __init__(self) -> None:
        self._articles: dict[str, _Article] = {}
        self._stories: dict[str, _Story] = {}
        self._same_short: dict[TextKey, dict[str, None]] = {}

    def story_of(self, article_id: str) -> str:
        """Return the story of an article in the window.

        Raises:
            KeyError: there is no such article.
        """
        return self._articles[article_id].story_id

    def state(self, story_id: str) -> StoryState:
        """Return what is known of a story; its counts also hold members that have left the window.

        Raises:
            KeyError: no article of that story is in the window.
        """
        story = self._stories[story_id]
        return StoryState(
            id=story_id,
            origin=story.origin,
            articles=story.articles,
            outlets=dict(sorted(story.outlets.items())),
            first_published_at=story.first_published_at,
            last_published_at=story.last_published_at,
        )

    def join(self, article: Member, size: int, matches: Sequence[Match], text: TextKey | None) -> Joined:
        """Put a new article into the story that it matches best, or open one.

        Args:
            article: its id must not be in the window yet.
            size: its distinct shingles.
            matches: the articles in the window that share text with it, best first.
            text: its words, for comparing short texts; None where the body is empty or not short.
        """
        joined = self._join_short(article, text) if size < SHORT else self._join_long(article, matches)
        self._enter(article, _Article(joined.story_id, size >= SHORT, text))
        return joined

    def _join_short(self, article: Member, text: TextKey | None) -> Joined:
        twin = next(iter(self._same_short.get(text, ())), None) if text is not None else None
        if twin is None:
            return Joined(article.id, "original")
        return Joined(self._articles[twin].story_id, "copy", twin)

    def _join_long(self, article: Member, matches: Sequence[Match]) -> Joined:
        by_story: defaultdict[str, list[Match]] = defaultdict(list)
        for match in matches:
            if match.containment >= JOINING_SHARE and match.other_size >= SHORT:
                by_story[self._articles[match.key].story_id].append(match)
        strength: dict[str, float] = {}
        for story_id, matching in by_story.items():
            compared = self._stories[story_id].newest
            counted = [match.containment for match in matching if match.key in compared]
            if counted and len(counted) >= JOINING_MEMBERS * len(compared):
                strength[story_id] = sum(counted)
        if not strength:
            return Joined(article.id, "original")
        # Of equals the one with the best match: stories come in that order, and max keeps the first.
        story_id = max(strength, key=lambda story_id: strength[story_id])
        copied = any(match.jaccard >= COPY_JACCARD for match in by_story[story_id])
        return Joined(story_id, "copy" if copied else "partial")

    def _enter(self, article: Member, entered: _Article) -> None:
        self._articles[article.id] = entered
        self._enter_short(article.id, entered.short)
        published_at = article.published_at
        story = self._stories.get(entered.story_id)
        if story is None:
            story = self._stories[entered.story_id] = _Story(article, published_at, published_at)
        elif published_at < story.origin.published_at:
            story.origin = article
        story.articles += 1
        story.outlets[article.source] += 1
        story.members_in_window += 1
        story.first_published_at = min(story.first_published_at, published_at)
        story.last_published_at = max(story.last_published_at, published_at)
        if entered.compared:
            story.newest.append(article.id)

    def revise(self, article: Member, size: int, text: TextKey | None) -> Joined:
        """Take over the new text of an article in the window; it stays in its story.

        The story's dates and counts stay too: an article was published when it was first published, by whom it was. An
        origin's title and address are those of its new version.

        Raises:
            KeyError: there is no such article.
        """
        known = self._articles[article.id]
        story = self._stories[known.story_id]
        self._leave_short(article.id, known.short)
        known.short = text
        self._enter_short(article.id, known.short)
        if size < SHORT and article.id in story.newest:
            story.newest.remove(article.id)
        elif size >= SHORT and not known.compared:
            story.newest.append(article.id)
        known.compared = size >= SHORT
        if story.origin.id == article.id:
            before = story.origin
            story.origin = Member(
                id=before.id,
                source=before.source,
                title=article.title,
                published_at=before.published_at,
                url=article.url,
            )
        return Joined(known.story_id, "revision")

    def forget(self, article_ids: Iterable[str]) -> None:
        """Forget articles that left the window, and the stories of which none is left there.

        Raises:
            KeyError: there is no such article.
        """
        for article_id in article_ids:
            known = self._articles.pop(article_id)
            self._leave_short(article_id, known.short)
            story = self._stories[known.story_id]
            if article_id in story.newest:
                story.newest.remove(article_id)
            story.members_in_window -= 1
            if not story.members_in_window:
                del self._stories[known.story_id]

    def _enter_short(self, article_id: str, short: TextKey | None) -> None:
        if short is not None:
            self._same_short.setdefault(short, {})[article_id] = None

    def _leave_short(self, article_id: str, short: TextKey | None) -> None:
        if short is not None:
            same = self._same_short[short]
            del same[article_id]
            if not same:
                del self._same_short[short]
