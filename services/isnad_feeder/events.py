"""What happens while the input is read, in order: files opened, articles ready to be sent, refusals, remarks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from isnad.outcomes import Outgoing
from isnad_feeder.fields import message
from isnad_feeder.finding import files
from isnad_feeder.opening import Document, documents, piped
from isnad_feeder.places import Page, Place, Refusal, Unreadable
from isnad_feeder.reading import pages


@dataclass(frozen=True, slots=True)
class Input:
    """What to feed, and how to read it."""

    paths: tuple[Path, ...]
    topic: str
    source: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    pipe: Callable[[int], bytes] | None = None
    """Reads some bytes of JSON lines, at most so many; comes after the paths."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file is being read from here on; `read_bytes` were read before it."""

    file: str
    read_bytes: int


@dataclass(frozen=True, slots=True)
class Ready:
    """An article ready to be sent; so far `read_bytes` of the input have been read."""

    place: Place
    message: Outgoing
    read_bytes: int


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the user should know about what was read."""

    place: Place
    text: str


Event = Opened | Ready | Remark | Refusal


def events(given: Input) -> Iterator[Event]:
    """Read the whole input, a page at a time."""
    read_bytes = 0
    for file in files(given.paths):
        if isinstance(file, Refusal):
            yield file
            continue
        yield Opened(str(file.path), read_bytes)
        for document in documents(file):
            if isinstance(document, Refusal):
                yield document
            else:
                yield from _events(document, given, read_bytes)
        read_bytes += file.size
    if given.pipe is not None:
        yield Opened("-", read_bytes)
        yield from _events(piped(given.pipe), given, read_bytes)


def _events(document: Document, given: Input, before: int) -> Iterator[Event]:
    for page in pages(document, given.encoding):
        if isinstance(page, Refusal):
            yield page
            continue
        if page.remark:
            yield Remark(page.place, page.remark)
        position = before + (document.file.tell() if document.file else 0)
        yield _ready(page, given, position)


def _ready(page: Page, given: Input, position: int) -> Ready | Refusal:
    try:
        return Ready(page.place, message(page, given.mapping, given.source, given.topic), position)
    except Unreadable as exc:
        return Refusal(page.place, str(exc))
