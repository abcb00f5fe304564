"""Where something stood in what was fed, what was found there, and why it was refused (pure)."""

from dataclasses import dataclass, field, replace
from typing import Any

from isnad.errors import PermanentError


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in the input: a file, its member if it is an archive, the line or the item in a list (both from 1)."""

    file: str
    member: str | None = None
    line: int | None = None
    item: int | None = None

    def at_line(self, line: int) -> "Place":
        """The same document, at a line."""
        return replace(self, line=line)

    def at_item(self, item: int) -> "Place":
        """The same document, at an item of its array."""
        return replace(self, item=item)

    @property
    def document(self) -> str:
        """The file, and in an archive the member."""
        return self.file if self.member is None else f"{self.file}!{self.member}"

    def __str__(self) -> str:
        if self.line is not None:
            return f"{self.document}, line {self.line}"
        if self.item is not None:
            return f"{self.document}, item {self.item}"
        return self.document


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not sent, and why, in a sentence fit for a user."""

    place: Place
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """What stood at a place: fields by the names that the input uses, not yet checked."""

    place: Place
    fields: dict[str, Any] = field(repr=False)
    folder: str | None = None
    """Name of the folder that the page was in, where the page itself can't say whose it is."""
    remark: str | None = None
    """Something that the user should know although the page was read, as that its encoding was guessed."""


class Unreadable(PermanentError):
    """A document can't be read, or not any further; the text is the reason for its refusal."""
