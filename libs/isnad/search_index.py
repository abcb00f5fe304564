"""What the services ask of a search index, whichever it is (pure).

`isnad.elastic.Elastic` does it on a real Elasticsearch, `isnad.testing.search.FakeIndex` in memory.
"""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from isnad.errors import PermanentError, RequestError


@dataclass(frozen=True, slots=True)
class Write:
    """One document to put into an index, or to take out of it, unless a newer version stands there."""

    family: str
    """Within all indexes of a family an id must stand once: the alias of the articles, or the index of the stories."""
    index: str
    id: str
    version: int
    """External version (`version_type=external_gte`): a document with a higher one is never replaced.

    An equal one is: it means the same place in the ordered log, so the same article, perhaps enriched anew by a better
    version of a later stage, which must win. The version itself tells changes within a millisecond apart.
    """
    document: bytes | None
    """JSON; None takes the document out."""
    unless: tuple[tuple[str, str], ...] = ()
    """Index and id of documents that keep this one out, where they stand with a higher `version` in them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index says to one write, by HTTP's numbers."""

    status: int
    error: str = ""
    """Elasticsearch's name of the error, as `document_parsing_exception`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that stands in an index, with its version."""

    index: str
    id: str
    version: int
    content: Mapping[str, Any] = field(default_factory=dict)
    """The fields that were asked for, those that it has."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A document's last change: what changes it again has another."""

    sequence: int
    term: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A document as it stands, with the mark of its last change."""

    mark: Mark
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Swap:
    """One document to put into an index, or to take out of it, unless somebody else changes it first."""

    id: str
    before: Mark | None
    """How it stood; None: it was not there."""
    document: bytes | None
    """JSON; None takes the document out."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document as it stands in an index."""

    index: str
    id: str
    version: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is to happen to indexes and aliases, all in one moment: no search sees a part of it."""

    add: tuple[tuple[str, str], ...] = ()
    """Index and alias: the alias stands for the index too. It may have the name of an index that is removed."""
    take_off: tuple[tuple[str, str], ...] = ()
    """Index and alias: the alias, which stands for the index now, no longer does."""
    remove: tuple[str, ...] = ()
    """Indexes that are deleted with their documents and aliases."""


class QuestionRefused(RequestError):
    """The index can't make sense of a search; what it says of it is for the log, not for whoever asked."""


class RequestRefused(PermanentError):
    """A whole bulk request is refused for what is in it (400) or for its size (413): divide it to find which write."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"Elasticsearch refuses the whole request ({status}): {reason}")
        self.status = status
        self.reason = reason


class SearchIndex(Protocol):
    """A search index. Every method raises `SearchUnavailable` when it does not answer, or refuses for now."""

    async def bulk(self, writes: Sequence[Write]) -> list[Answer]:
        """Send writes in one request and return the answers in the same order; there may be fewer than writes.

        Raises:
            RequestRefused: nothing was written.
        """
        ...

    async def copies(self, family: str, ids: Iterable[str], fields: Sequence[str] = ()) -> list[Copy]:
        """Return where these ids stand in a family's indexes, also what no search finds yet, with some fields."""
        ...

    async def marked(self, index: str, ids: Iterable[str]) -> dict[str, Marked]:
        """Return the documents of one index by id, those that are there, as `swap` needs them."""
        ...

    async def swap(self, index: str, swaps: Sequence[Swap]) -> list[Answer]:
        """Write documents that nobody has changed since they were read; else as `bulk`.

        Nothing else may write into this index. 409 says that somebody else was first.

        Raises:
            RequestRefused: nothing was written.
        """
        ...

    async def search(self, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return Elasticsearch's answer to a search; an index that does not exist yet holds nothing.

        Raises:
            RequestError: Elasticsearch can't make sense of the search.
        """
        ...

    async def documents(self, index: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the documents of one index by id, those that are there."""
        ...

    async def put_template(self, name: str, body: Mapping[str, Any]) -> bool:
        """Create or replace an index template; return False where a higher `version` stands and stays.

        Raises:
            SetupError: Elasticsearch does not take the template.
        """
        ...

    async def create(self, index: str) -> None:
        """Create an index from its template, unless it is there.

        Raises:
            SetupError: Elasticsearch can't make it of the template.
        """
        ...

    async def put_alias(self, pattern: str, alias: str) -> None:
        """Let an alias stand for all indexes that there are of a pattern."""
        ...

    async def aliases(self, name: str) -> dict[str, frozenset[str]]:
        """Return the indexes that a name, an alias or a pattern with `*` stands for, each with all of its aliases."""
        ...

    async def exchange(self, exchange: Exchange) -> None:
        """Change indexes and aliases in one moment, or nothing at all.

        Raises:
            RequestError: an index that is named is not there, or an alias has the name of an index that stays.
            SearchUnavailable: it is not known whether it was done, or will be yet: look what the aliases stand for.
        """
        ...

    async def block_writes(self, indexes: Sequence[str]) -> None:
        """Let these indexes refuse every write from now on; it returns when no write is on its way into them.

        Who writes is answered 403 and has to wait.
        """
        ...

    async def allow_writes(self, indexes: Sequence[str]) -> None:
        """Lift the block of `block_writes`, where there is one."""
        ...

    async def delete_templates(self, names: Sequence[str]) -> None:
        """Delete index templates, those that are there; the indexes that were made of them stay."""
        ...

    def everything(self, index: str) -> AsyncGenerator[list[Document], None]:
        """Yield all documents that searches find, as they stand at one moment, by ascending ids, some at a time.

        Of the ids only 512 characters order them; a longer one comes at the end. Who leaves the loop early closes the
        iterator with `contextlib.aclosing`.
        """
        ...

    async def refresh(self, index: str) -> None:
        """Let searches find all that was written so far."""
        ...

    async def ping(self) -> None:
        """Return when the server answers."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...
