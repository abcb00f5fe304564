"""What stands in the log as dedup takes it, and what it answers (pure)."""

from datetime import datetime
from typing import Literal

import msgspec

from isnad.messages import RawPlace, StoryState, Verdict
from isnad_dedup.matching.takedowns import Instruction, LeftStory, Removal

Change = Literal["new_story", "copy_joined", "article_edited"]


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
    page_id: str = ""
    """Of the page that it stood on with others; empty where it stood alone."""
    part: int = 0
    """Which article of that page it is, counting from 1; 0 where it stood alone."""
    parts: int = 0
    """How many articles the page held; 0 where nobody knows."""
    raw: RawPlace | None = None
    """The place of its raw record, None where nobody knows."""

    @property
    def page(self) -> str:
        """The id of its page, which is its own where it stood alone."""
        return (self.page_id if self.part else "") or self.id


class StoryEvent(msgspec.Struct, frozen=True):
    """What an article changed, and the story afterwards."""

    kind: Change
    story: StoryState


class Dropped(msgspec.Struct, frozen=True):
    """What a page no longer holds, now that it came again."""

    ids: tuple[str, ...] = ()
    """Of the articles in the window."""
    left: tuple[LeftStory, ...] = ()
    """Each of them whose story is known, with the story as it is after all of this."""


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The verdict, and what it changed: nothing, where the article was delivered again. Times are in UTC."""

    verdict: Verdict
    event: StoryEvent | None
    published_at: datetime
    """The article's own; for an undated one, that of its first version: nobody published it again."""
    arrived_at: datetime | None
    """When this text of the article came first."""
    dropped: Dropped = Dropped()


class Silence(msgspec.Struct, frozen=True, tag=True):
    """Nothing is said of an article. Others may have gone, since its page came again without them."""

    why: Literal["stale", "taken_down"]
    """A newer record of it, or of its page, was taken before, or somebody took it down."""
    dropped: Dropped = Dropped()


Event = Arrival | Instruction
"""What stands in the log."""

Reply = Answer | Silence | Removal
