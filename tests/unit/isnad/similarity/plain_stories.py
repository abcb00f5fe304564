"""Stories once more, slowly and with plain objects: what `isnad.similarity.stories` is held to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from isnad.messages import Member, StoryState
from isnad.similarity.joining import Candidate, choose, relation
from isnad.similarity.matches import Match
from isnad.similarity.stories import Joined, TextKey


@dataclass
class PlainStory:
    origin: Member
    last: datetime
    dates: list[datetime] = field(default_factory=list)
    outlets: Counter[str] = field(default_factory=Counter)
    compared: list[str | None] = field(default_factory=list)
    """Ids of the members that are not short, or were not once, in the order in which they came to be so; None for those
    that left the window."""
    short: set[str] = field(default_factory=set)
    """Those of them that are short at present."""


@dataclass
class PlainEntry:
    article_id: str
    story_id: str
    text: TextKey | None
    member: Member
    """With the title and address of this version, and the rest of the first one."""
    superseded: bool = False


class PlainStories:
    def __init__(self) -> None:
        self.entries: dict[int, PlainEntry] = {}
        self.stories: dict[str, PlainStory] = {}

    def present(self) -> dict[int, PlainEntry]:
        return {number: entry for number, entry in self.entries.items() if not entry.superseded}

    def state(self, number: int) -> StoryState:
        story_id = self.entries[number].story_id
        story = self.stories[story_id]
        return StoryState(
            id=story_id,
            origin=story.origin,
            articles=len(story.dates),
            outlets=dict(sorted(story.outlets.items())),
            first_published_at=story.origin.published_at,
            last_published_at=story.last,
        )

    def join(self, number: int, article: Member, size: int, matches: Sequence[Match], text: TextKey | None) -> Joined:
        joined = self._short(article, text) if size < 20 else self._long(article, matches)
        story = self.stories.setdefault(joined.story_id, PlainStory(article, article.published_at))
        if article.published_at < story.origin.published_at:
            story.origin = article
        story.dates.append(article.published_at)
        story.last = max(story.last, article.published_at)
        story.outlets[article.source] += 1
        if size >= 20:
            story.compared.append(article.id)
        self.entries[number] = PlainEntry(article.id, joined.story_id, text, article)
        return joined

    def _short(self, article: Member, text: TextKey | None) -> Joined:
        for number, entry in sorted(self.present().items()):
            if text is not None and entry.text == text:
                return Joined(entry.story_id, "copy", number)
        return Joined(article.id, "original")

    def _long(self, article: Member, matches: Sequence[Match]) -> Joined:
        names = list(self.stories)
        candidates: dict[str, Candidate] = {}
        for match in matches:
            entry = self.entries[match.number]
            compared = self.stories[entry.story_id].compared
            story = self.stories[entry.story_id]
            if entry.article_id not in compared or entry.article_id in story.short:
                continue
            newest = compared[-32:]
            members = sum(one is not None and one not in story.short for one in newest)
            candidate = candidates.setdefault(entry.story_id, Candidate(names.index(entry.story_id), members))
            (candidate.matches if entry.article_id in newest else candidate.older).append(match)
        chosen = choose(list(candidates.values()))
        if chosen is None:
            return Joined(article.id, "original")
        return Joined(names[chosen.story], relation(chosen))

    def revise(self, number: int, former: int, article: Member, size: int, text: TextKey | None) -> Joined:
        entry = self.entries[former]
        entry.superseded = True
        story = self.stories[entry.story_id]
        if size < 20 and article.id in story.compared:
            story.short.add(article.id)
        elif size >= 20:
            story.short.discard(article.id)
            if article.id not in story.compared:
                story.compared.append(article.id)
        if story.origin.id == article.id:
            first = story.origin
            story.origin = Member(
                id=first.id, source=first.source, title=article.title, published_at=first.published_at, url=article.url
            )
        member = replace(entry.member, title=article.title, url=article.url)
        self.entries[number] = PlainEntry(article.id, entry.story_id, text, member)
        return Joined(entry.story_id, "revision")

    def member(self, number: int) -> Member:
        return self.entries[number].member

    def remove(self, number: int) -> StoryState | None:
        entry = self.entries[number]
        story, gone = self.stories[entry.story_id], entry.member
        entry.superseded = True
        others = [one for one in sorted(self.present()) if self.entries[one].story_id == entry.story_id]
        if not others:
            del self.stories[entry.story_id]
            if len(story.dates) > 1:
                return None
            origin = Member(id=gone.id, source=gone.source, title="", published_at=gone.published_at)
            return StoryState(
                id=entry.story_id,
                origin=origin,
                articles=0,
                outlets={},
                first_published_at=gone.published_at,
                last_published_at=gone.published_at,
            )
        self._take_out(entry)
        story.dates.remove(gone.published_at)
        story.outlets[gone.source] -= 1
        story.outlets = +story.outlets
        dates = [self.member(one).published_at for one in others]
        if story.origin.id == gone.id:
            story.origin = self.member(others[dates.index(min(dates))])
        if story.last == gone.published_at:
            story.last = max(dates)
        return self.state(others[0])

    def forget(self, numbers: range) -> None:
        for number in numbers:
            entry = self.entries.pop(number)
            if not entry.superseded:
                self._take_out(entry)
                if all(entry.story_id != other.story_id for other in self.present().values()):
                    del self.stories[entry.story_id]

    def _take_out(self, entry: PlainEntry) -> None:
        compared = self.stories[entry.story_id].compared
        if entry.article_id in compared:
            compared[compared.index(entry.article_id)] = None
            self.stories[entry.story_id].short.discard(entry.article_id)
