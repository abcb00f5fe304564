"""Stories: which articles are the same report, and what is known of each story (pure).

A story's id is the id of the article that opened it; stories are never merged and an article never changes its story.
Which story a new article joins is said by `joining`; texts of a few words join by another rule, here.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from isnad.messages import Member, Relation, StoryState
from isnad.similarity.archive import Archive
from isnad.similarity.joining import Candidate, choose, relation
from isnad.similarity.matches import Match
from isnad.similarity.rows import Rows
from isnad.similarity.snapshot import Captured, Opened, Part
from isnad.similarity.story_table import StoryTable
from isnad.similarity.twins import TextKey, Twins

SHORT = 20
"""Texts of fewer distinct shingles (about 24 words) join only when they and their titles are the same after
normalisation."""

_OPENED, _SUPERSEDED = 1, 2
"""Flags of an entry: it is the article that opened its story; it is a former version of an article, or was removed."""

_COLUMNS = {"story": np.int32, "rank": np.int32, "flags": np.uint8}
"""By number. `rank`: which member of its story it is, counting from 1 those that are compared; 0 if it is a former
version, or never was compared, because it is short. Below 0 it is the rank of one that is short at present, and has it
again when it is not: a page that shows a notice instead of its text now and then would else push out all others."""


class Joined(msgspec.Struct, frozen=True):
    """Where an article went."""

    story_id: str
    relation: Relation
    twin: int | None = None
    """The number of the earlier article with the same short text, where that decided."""


class _Found(msgspec.Struct, frozen=True):
    """The story that an article joins."""

    story: int
    relation: Relation
    twin: int | None = None


class Stories:
    """The stories that have an article in the window.

    Articles are known by the numbers of their entries in the index, and every entry is either joined or revised, in
    the order of the numbers. The archive must be at the index's newest segment by then (`Archive.keep`). A story whose
    last article left the window is forgotten; what counts it had is in the last `StoryState` that was given out.

    Kept in memory: 9 bytes for each entry, what `Twins` keeps of short texts, and what `StoryTable` keeps of stories;
    together 65 bytes an article where 60 % stand alone (a test holds it below 80). A story's id is not counted: it is
    the string that is the opening article's key in the index, as long as that one is in the window.
    """

    def __init__(self, archive: Archive) -> None:
        self._table = StoryTable(archive)
        self._entries = Rows(**_COLUMNS)
        self._twins = Twins()
        self._left: dict[str, int] = {}
        """Stories that live on though the article that opened them left the window, or was removed: it may come
        again."""

    def story_of(self, number: int) -> str:
        """Return the id of the story of an entry in the window.

        Raises:
            KeyError: there is no such entry.
        """
        return self._table.ids[self._story(number)]

    def state(self, number: int) -> StoryState:
        """Return what is known of an entry's story; its counts also hold members that have left the window.

        Raises:
            KeyError: there is no such entry.
        """
        return self._table.state(self._story(number))

    def join(self, number: int, article: Member, size: int, matches: Sequence[Match], text: TextKey | None) -> Joined:
        """Put a new article into the story that it matches best, or open one.

        Args:
            number: its entry, the next one.
            article: its id must not be in the window yet.
            size: its distinct shingles.
            matches: the entries in the window that share text with it, best first.
            text: its words, for comparing short texts; None where the body is empty or not short.

        Raises:
            ValueError: a number was left out.
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        self._expect(number)
        found = self._of_twin(text) if size < SHORT else self._of_matches(matches)
        # An article that comes again after it left the window goes on with the story that bears its id.
        story = self._left.get(article.id) if found is None else found.story
        if story is None:
            story = self._table.open(article)
        else:
            self._table.enlarge(story, article)
        if found is None:
            self._left.pop(article.id, None)
        rank = 0 if size < SHORT else self._table.next_rank(story)
        self._enter(number, story, rank, 0 if found else _OPENED, text)
        story_id = self._table.ids[story]
        return Joined(story_id, found.relation, found.twin) if found else Joined(story_id, "original")

    def revise(self, number: int, former: int, article: Member, size: int, text: TextKey | None) -> Joined:
        """Take over the new text of an article in the window; it stays in its story.

        It also stays in its place among the members, and is not compared while its text is short. The story's dates
        and counts stay too: an article was published when it was first published, by whom it was. An origin's title and
        address are those of its new version.

        Args:
            number: the entry of the new text, the next one.
            former: the entry of the article's present text, which this one takes the place of.
            article: of the same id as before.
            size: distinct shingles of the new text.
            text: its words, for comparing short texts; None where the body is empty or not short.

        Raises:
            KeyError: there is no such former entry, or another took its place already.
            ValueError: a number was left out.
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        self._expect(number)
        entries = self._entries
        before = entries.place(former)
        flags = entries["flags"].item(before)
        if flags & _SUPERSEDED:
            raise KeyError(former)
        story = entries["story"].item(before)
        self._table.revise(story, article)
        rank = entries["rank"].item(before)
        if size < SHORT and rank > 0:
            self._table.take_out(story, rank)
            rank = -rank
        elif size >= SHORT and rank < 0:
            rank = -rank
            self._table.put_back(story, rank)
        elif size >= SHORT and not rank:
            rank = self._table.next_rank(story)
        entries["rank"][before], entries["flags"][before] = 0, _SUPERSEDED
        self._twins.leave(former)
        self._enter(number, story, rank, flags, text)
        return Joined(self._table.ids[story], "revision")

    def members(self, number: int) -> list[int]:
        """Return the entries of the articles in the window that are in the story of this one, itself among them.

        It looks at all entries of the window, which takes milliseconds where there are a million.

        Raises:
            KeyError: there is no such entry.
        """
        entries, here = self._entries, slice(0, len(self._entries))
        same = (entries["story"][here] == self._story(number)) & (entries["flags"][here] & _SUPERSEDED == 0)
        numbers: list[int] = (np.flatnonzero(same) + entries.base).tolist()
        return numbers

    def remove(self, number: int, article: Member, others: Sequence[Member]) -> StoryState | None:
        """Take an article out of its story, which keeps its id even if that was the article's.

        Args:
            number: the entry of its present text.
            article: as it joined the story.
            others: the other articles that `members` has, as they joined.

        Returns:
            What is known of the story now, with no articles if it was the last one; None where only articles that left
            the window are left, of which nothing is known.

        Raises:
            KeyError: there is no such entry, or it is not the present text.
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        entries = self._entries
        entry, story = entries.place(number), self._story(number)
        flags, rank = entries["flags"].item(entry), entries["rank"].item(entry)
        if flags & _SUPERSEDED:
            raise KeyError(number)
        story_id = self._table.ids[story]
        if others:
            self._table.withdraw(story, article, others)
            if rank > 0:
                self._table.take_out(story, rank)
            if flags & _OPENED:
                self._left[story_id] = story
            state: StoryState | None = self._table.state(story)
        else:
            state = _empty(story_id, article) if self._table.close(story) == 0 else None
            self._left.pop(story_id, None)
        entries["rank"][entry], entries["flags"][entry] = 0, _SUPERSEDED
        self._twins.leave(number)
        return state

    def replace_origin(self, number: int, members: Sequence[Member]) -> None:
        """Let another article be the origin of an entry's story: the first published of those that `members` has.

        Raises:
            KeyError: there is no such entry.
            StorageUnavailable: the archive can't be written; nothing has changed.
        """
        self._table.replace_origin(self._story(number), members)

    def forget(self, numbers: range) -> None:
        """Forget entries that left the window, and the stories of which none is left there.

        Args:
            numbers: from the oldest entry on.

        Raises:
            KeyError: these are not the oldest entries.
        """
        if not numbers:
            return
        if numbers.start != self._entries.base or numbers.stop > self._entries.end:
            raise KeyError(numbers)
        gone = len(numbers)
        flags = self._entries["flags"][:gone]
        present = flags & _SUPERSEDED == 0
        stories = self._entries["story"][:gone][present]
        ranks = self._entries["rank"][:gone][present]
        opened = stories[flags[present] & _OPENED != 0]
        self._entries.forget(numbers.stop)
        self._twins.forget(numbers.stop)
        for story_id in self._table.shrink(stories, ranks):
            self._left.pop(story_id, None)
        for story in opened[self._table.has_members(opened)].tolist():
            self._left[self._table.ids[story]] = story

    def capture(self) -> Captured:
        """Return what a snapshot has to hold now, beside what the archive gives."""
        base, columns = self._entries.capture()
        left = self._left.copy()
        parts: dict[str, Part] = {f"stories-entries-{name}": column for name, column in columns.items()}
        parts |= self._table.capture()
        parts |= {"stories-twins": self._twins.capture(), "stories-left": lambda: msgspec.msgpack.encode(left)}
        return Captured({"stories": {"base": base}}, parts)

    def restore(self, opened: Opened, key: Callable[[int], str]) -> None:
        """Go on from a snapshot, as long as nothing was joined here yet; the archive must be restored too.

        Args:
            opened: the snapshot.
            key: returns the article's id by the number of an entry in the window.
        """
        about = msgspec.convert(opened.about["stories"], dict[str, int])
        self._entries.restore(about["base"], {name: opened.array(f"stories-entries-{name}") for name in _COLUMNS})
        self._table.restore(opened)
        self._twins.restore(opened.data("stories-twins"))
        self._left = msgspec.msgpack.decode(opened.data("stories-left"), type=dict[str, int])
        for story_id, story in self._left.items():
            self._table.ids[story] = story_id
        # Every other story was opened by an article in the window, whose key in the index is the very same string.
        opening = np.flatnonzero(self._entries["flags"] == _OPENED)
        for entry, story in zip(opening.tolist(), self._entries["story"][opening].tolist(), strict=True):
            self._table.ids[story] = key(self._entries.base + entry)

    def _story(self, number: int) -> int:
        story: int = self._entries["story"].item(self._entries.place(number))
        return story

    def _expect(self, number: int) -> None:
        if self._entries.end not in (0, number):
            raise ValueError(f"entry {number} came where {self._entries.end} was to come: all are joined or revised")

    def _of_twin(self, text: TextKey | None) -> _Found | None:
        twin = None if text is None else self._twins.first(text)
        if twin is None:
            return None
        return _Found(self._story(twin), "copy", twin)

    def _of_matches(self, matches: Sequence[Match]) -> _Found | None:
        chosen = choose(self._candidates(matches)) if matches else None
        return None if chosen is None else _Found(chosen.story, relation(chosen))

    def _candidates(self, matches: Sequence[Match]) -> list[Candidate]:
        entries, table = self._entries, self._table
        stories, ranks = entries["story"], entries["rank"]
        candidates: dict[int, Candidate] = {}
        first_ranks: dict[int, int] = {}
        for match in matches:
            entry = entries.place(match.number)
            rank = ranks.item(entry)
            if rank <= 0:
                continue
            story = stories.item(entry)
            candidate = candidates.get(story)
            if candidate is None:
                candidate = candidates[story] = Candidate(story, table.compared(story))
                first_ranks[story] = table.first_rank(story)
            (candidate.matches if rank >= first_ranks[story] else candidate.older).append(match)
        return list(candidates.values())

    def _enter(self, number: int, story: int, rank: int, flags: int, text: TextKey | None) -> None:
        entries = self._entries
        entry = entries.make(number)
        entries["story"][entry], entries["rank"][entry], entries["flags"][entry] = story, rank, flags
        if text is not None:
            self._twins.enter(number, text)


def _empty(story_id: str, last: Member) -> StoryState:
    return StoryState(
        id=story_id,
        origin=msgspec.structs.replace(last, title="", url=None),
        articles=0,
        outlets={},
        first_published_at=last.published_at,
        last_published_at=last.published_at,
    )
