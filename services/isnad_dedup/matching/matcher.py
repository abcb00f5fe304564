"""Dedup's answer for one article after the other, as a function of the ordered log alone (pure).

The log's order is the authority; its append times only move the window. Whoever hands over the same articles in the
same order with the same append times gets the same answers: the service, a rebuild after a restart, and `isnad dedup`
on a file.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b, sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Self

from msgspec.structs import replace

from isnad.messages import Member, RawPlace, Relation, StoryState, Verdict
from isnad.similarity.archive import Archive
from isnad.similarity.brief import of_one_report
from isnad.similarity.index import NearDuplicateIndex
from isnad.similarity.matches import Taken
from isnad.similarity.snapshot import Captured, Json, Opened, Part
from isnad.similarity.stories import SHORT, Stories
from isnad.similarity.twins import TextKey
from isnad.similarity.window import Window
from isnad.text.words import words
from isnad_dedup.matching.events import Answer, Arrival, Change, Dropped, Event, Reply, Silence, StoryEvent
from isnad_dedup.matching.given import Answered, Given, Known, Text
from isnad_dedup.matching.links import Linking
from isnad_dedup.matching.pages import Pages, is_late
from isnad_dedup.matching.takedowns import Instruction, LeftStory, Removal, Takedowns, after
from isnad_dedup.matching.window_index import Index

FORMER_TEXTS = 16
"""So many earlier texts of an article are remembered with their verdicts. One that comes again after more than that
many others is a new revision."""

DIGEST_BYTES = 16
"""Of what tells the texts of an article apart."""

_CHANGES: dict[Relation, Change] = {
    "original": "new_story",
    "copy": "copy_joined",
    "partial": "copy_joined",
    "revision": "article_edited",
}


class _Asked(NamedTuple):
    """An article with what is found out of it alone."""

    article: Arrival
    day: int
    digest: bytes


class Matcher:
    """The state of the log up to here.

    An article is known by its id while it is in the window. The same id with the same title and body is the same
    article delivered again: it gets the verdict that it got the first time, changes nothing, and is not matched with
    itself. The same id with another title or body is a revision: it stays in its story, and its text takes the place
    of the former one. Where an earlier text of it comes again (one of the last 16), the verdict is the one given then,
    and that text is the present one again, to which later articles are compared. An article that comes again after it
    has left the window is a new one.

    A record that comes late, its raw record standing before the newest one that was taken of its article, says nothing
    any more. An article that was taken down is in the window no longer, and does not come into it again, until the
    takedown is taken back and the article comes with a raw record that stands after that.

    Of a page only the articles of its newest version stand. With the first record of a newer version, and of the same
    one where it was split otherwise, those go that the page no longer holds; what comes late of an older version says
    nothing. They may come again with a later one. It takes records that tell how many articles the page held.

    Kept in memory: what `NearDuplicateIndex`, `Stories`, `Takedowns` and `Pages` keep, and 8 bytes for each text in the
    window. The verdicts given are on disk, with the times of arrival and a digest of the text they belong to.
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
        self._takedowns = Takedowns()
        self._find = partial(_find, index, self._given)
        self._pages = Pages(self._find)
        self._linking = Linking(index, self._stories.story_of, evidence=evidence)
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

        Raises:
            ValueError: of one of them nothing is to be said; `reply_all` can tell that.
        """
        replies = self.reply_all(articles)
        answers = [reply for reply in replies if isinstance(reply, Answer)]
        if len(answers) < len(replies):
            raise ValueError("an article came late, or was taken down: ask `reply_all`")
        return answers

    def reply_all(self, events: Sequence[Event]) -> list[Reply]:
        """Take what comes next in the log and return what each is, as if one after the other was taken.

        Many at once are quicker: their shingles are made and looked up in one pass.
        """
        asked = [event if isinstance(event, Instruction) else self._asked(event) for event in events]
        replies: list[Reply] = []
        while (first := len(replies)) < len(asked):
            one = asked[first]
            if isinstance(one, Instruction):
                replies.append(self._obey(one))
                continue
            self._advance(one.article.appended_at)
            dropped = self._drop(self._pages.outdated_by(one.article))
            answers = self._answer_some(self._stretch(one, islice(asked, first + 1, None)))
            replies += [_with(dropped, answers[0]), *answers[1:]]
        return replies

    def _stretch(self, first: _Asked, others: Iterable[_Asked | Instruction]) -> list[_Asked]:
        """Return what may be answered in one go with the first: articles of one day, and of no page two versions."""
        stretch = [first]
        versions = {first.article.page: first.article}
        for other in others:
            if isinstance(other, Instruction) or other.day != first.day:
                break
            article = other.article
            met = versions.setdefault(article.page, article)
            if self._pages.outdated_by(article) if met is article else self._pages.are_two_versions(met, article):
                break
            stretch.append(other)
        return stretch

    def _asked(self, article: Arrival) -> _Asked:
        return _Asked(article, self._window.day(article.appended_at), _digest(article.title, article.body))

    def capture(self) -> Captured:
        """Return the state at this place of the log, to be written into a snapshot."""
        about: dict[str, Json] = {}
        parts: dict[str, Part] = {}
        for component in (self._index, self._stories, self._given, self._takedowns, self._pages, self._archive):
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
        self._takedowns.restore(opened)
        self._pages.restore(opened)

    def _advance(self, moment: datetime) -> None:
        fallen = self._index.advance(moment)
        if fallen:
            self._stories.forget(fallen)
            self._given.forget(fallen.stop)
            self._pages.forget(fallen.stop)
        self._archive.keep(self._index.segments)

    def _answer_some(self, asked: Sequence[_Asked]) -> list[Answer | Silence]:
        """Answer a stretch of articles, one at least, up to where the window may move."""
        known: dict[str, Known | None] = {}
        present: dict[str, tuple[bytes | None, RawPlace | None]] = {}
        entries: list[tuple[str, str]] = []
        silences: list[Silence | None] = []
        for article, _, digest in asked:
            key = article.id
            silence = self._silence(article)
            if silence is None and key not in known:
                before = known[key] = self._find(key)
                present[key] = (before.answered.present.digest, before.raw) if before else (None, None)
            if silence is None and is_late(article.raw, present[key][1]):
                silence = Silence("stale")
            if silence is None:
                if present[key][0] != digest:
                    if len(entries) == self._window.segment_articles:
                        break
                    entries.append((key, article.body))
                present[key] = digest, article.raw or present[key][1]
            silences.append(silence)

        taken = self._index.extend(entries) if entries else []
        replies: list[Answer | Silence] = []
        entered = 0
        for (article, _, digest), silence in zip(asked, silences, strict=False):
            if entries and entered == len(taken):
                # The segment may be full now, and what comes next may be met by another window.
                break
            if silence is not None:
                replies.append(silence)
                if not self._pages.is_late(article):
                    self._pages.see(article)
                continue
            before = known[article.id]
            if before is not None and before.answered.present.digest == digest:
                known[article.id] = self._see_again(article, before)
                replies.append(_again(article, before))
            else:
                answer, known[article.id] = self._enter(article, digest, taken[entered], before)
                replies.append(answer)
                entered += 1
            self._pages.see(article)
        return replies

    def _silence(self, article: Arrival) -> Silence | None:
        """Return why nothing is said of an article, as far as takedowns or its page are the reason."""
        if self._takedowns:
            standing = self._takedowns.about(article.id, article.page)
            if any(one.is_down for one in standing):
                return Silence("taken_down")
            # What was sent before a takedown was taken back does not come back with it.
            if any(is_late(article.raw, one.out_before) for one in standing):
                return Silence("stale")
        return Silence("stale") if self._pages.is_late(article) else None

    def _drop(self, outdated: Sequence[tuple[str, Known]]) -> Dropped:
        """Take what a page no longer holds out of the window and out of the stories."""
        return Dropped(tuple(id_ for id_, _ in outdated), self._take_out(outdated))

    def _see_again(self, article: Arrival, before: Known) -> Known:
        """Remember that an article came again with its present text."""
        if article.raw is None or article.raw == before.raw:
            return before
        self._given.move(before.number, article.raw)
        return before._replace(raw=article.raw)

    def _enter(self, article: Arrival, digest: bytes, taken: Taken, before: Known | None) -> tuple[Answer, Known]:
        """Answer an article whose text is not the present one, and remember it."""
        number = taken.number
        published_at = first_published_at = _utc(article.published_at)
        source = article.source
        member = Member(
            id=article.id,
            source=article.source,
            title=article.title,
            published_at=published_at,
            url=article.url,
            page_id=article.page,
        )
        text_key = _text_key(article) if taken.size < SHORT else None
        text: Text | None = None
        former: tuple[Text, ...] = ()
        if before is None:
            matches = of_one_report(article.title, taken.matches, self._title)
            joined = self._stories.join(number, member, taken.size, matches, text_key)
        else:
            joined = self._stories.revise(number, before.number, member, taken.size, text_key)
            first_published_at, source, texts = (
                before.answered.published_at,
                before.answered.source,
                before.answered.texts,
            )
            text = next((one for one in texts if one.digest == digest), None)
            former = tuple(one for one in texts if one is not text)[-FORMER_TEXTS:]
        kind: Change = "article_edited"
        if text is None:
            links = self._linking.links(article.body, taken.matches)
            if joined.twin is not None:
                links = self._linking.with_twin(links, joined.twin, joined.story_id, article.body, taken.size)
            verdict = Verdict(story_id=joined.story_id, relation=joined.relation, links=links)
            text = Text(digest, article.arrived_at and _utc(article.arrived_at), verdict)
            kind = _CHANGES[joined.relation]
        page_id = article.page if article.part else ""
        answered = Answered(source, first_published_at, article.title, article.url, page_id, (*former, text))
        raw = article.raw or (before and before.raw)
        self._given.keep(number, answered, raw)
        self._pages.enter(number)
        event = StoryEvent(kind, self._state(number)) if self._events else None
        return Answer(
            text.verdict, event, first_published_at if article.undated else published_at, text.arrived_at
        ), Known(number, answered, raw)

    def _state(self, number: int) -> StoryState:
        """Return what is known of an entry's story."""
        state = self._stories.state(number)
        if self._takedowns and self._is_down(state.origin):
            # It had left the window when it was taken down, so nobody knew whose origin it was.
            self._stories.replace_origin(number, self._members(self._stories.members(number)))
            state = self._stories.state(number)
        return state

    def _is_down(self, member: Member) -> bool:
        return any(one.is_down for one in self._takedowns.about(member.id, member.page_id or member.id))

    def _obey(self, instruction: Instruction) -> Removal | Silence:
        """Take articles down, or let them come again."""
        takedown = instruction.takedown
        before = self._takedowns.find(takedown.id)
        if before is not None and takedown.raw is not None:
            if takedown.raw == before.raw:
                return Removal(before.position, before.counted_out)
            if is_late(takedown.raw, before.raw):
                return Silence("stale")
        standing = after(before, instruction)
        self._takedowns.keep(takedown.id, standing)
        left = self._take_down(takedown.id) if standing.is_down else ()
        standing = replace(standing, counted_out=(*standing.counted_out, *(one.article_id for one in left)))
        self._takedowns.keep(takedown.id, standing)
        return Removal(standing.position, standing.counted_out, left)

    def _take_down(self, id_: str) -> tuple[LeftStory, ...]:
        """Take an article, or all articles of a page, out of the window and out of their stories."""
        own = self._find(id_)
        removed = [(id_, own)] if own is not None else []
        for part in self._pages.part_ids(id_):
            found = self._find(part)
            if found is not None and found.answered.page_id == id_:
                removed.append((part, found))
        return self._take_out(removed)

    def _take_out(self, removed: Sequence[tuple[str, Known]]) -> tuple[LeftStory, ...]:
        """Take articles out of the window and out of their stories; return those whose stories are known."""
        left: list[LeftStory] = []
        for article_id, known in removed:
            others = [one for one in self._stories.members(known.number) if one != known.number]
            member = _member(article_id, known.answered)
            state = self._stories.remove(known.number, member, self._members(others))
            self._index.remove(article_id)
            if state is not None:
                left.append(
                    LeftStory(
                        article_id,
                        known.answered.present.verdict.relation,
                        self._state(others[0]) if others else state,
                    )
                )
        # Each with what its story is in the end, so that it does not matter which is written last.
        last = {one.story.id: one.story for one in left}
        return tuple(LeftStory(one.article_id, one.relation, last[one.story.id]) for one in left)

    def _members(self, numbers: Sequence[int]) -> list[Member]:
        """Return articles in the window as their stories know them."""
        return [_member(self._index.key(number), self._given.find(number)[0]) for number in numbers]

    def _title(self, number: int) -> str:
        return self._given.find(number)[0].title


def _find(index: Index, given: Given, article_id: str) -> Known | None:
    number = index.number(article_id)
    return None if number is None else Known(number, *given.find(number))


def _again(article: Arrival, known: Known) -> Answer:
    """Answer an article whose text is the present one."""
    text = known.answered.present
    published_at = known.answered.published_at if article.undated else _utc(article.published_at)
    return Answer(text.verdict, None, published_at, text.arrived_at)


def _with(dropped: Dropped, reply: Answer | Silence) -> Answer | Silence:
    """Say in a reply what its article's page no longer holds, and what the stories of that are after the reply."""
    if not dropped.ids:
        return reply
    left = dropped.left
    if isinstance(reply, Answer) and reply.event is not None:
        story = reply.event.story
        left = tuple(
            LeftStory(one.article_id, one.relation, story) if one.story.id == story.id else one for one in left
        )
    return replace(reply, dropped=Dropped(dropped.ids, left))


def _member(article_id: str, answered: Answered) -> Member:
    return Member(
        id=article_id,
        source=answered.source,
        title=answered.title,
        published_at=answered.published_at,
        url=answered.url,
        page_id=answered.page_id or article_id,
    )


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
