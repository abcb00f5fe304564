"""What is known of pages that held several articles: by that it is told which of them a page holds no more (pure)."""

from collections.abc import Callable

import msgspec

from isnad.identity import part_id
from isnad.messages import RawPlace
from isnad.similarity.snapshot import Captured, Opened
from isnad_dedup.matching.events import Arrival
from isnad_dedup.matching.given import Known

_PART = "pages"


class Page(msgspec.Struct, frozen=True, array_like=True):
    """A page that held several articles, once at least."""

    raw: RawPlace | None
    """Of its newest version that told how many articles it held; None where none did."""
    parts: int
    """How many that were; 0 where no version told."""
    most_parts: int
    """No article of it had a higher number."""
    seen_at: int
    """The number of the window's newest text when it came last."""


class Pages:
    """Every such page of which an article may be in the window.

    Kept in memory: about 400 bytes for each, and nothing for pages of one article.
    """

    def __init__(self, find: Callable[[str], Known | None]) -> None:
        """Begin with none.

        Args:
            find: returns what is known of the article in the window that has an id.
        """
        self._find = find
        # In the order in which they came last.
        self._pages: dict[str, Page] = {}
        self._newest = -1

    def __len__(self) -> int:
        return len(self._pages)

    def part_ids(self, page_id: str, *, above: int = 0) -> list[str]:
        """Return the ids that articles of a page may have whose numbers are higher."""
        page = self._pages.get(page_id)
        return [part_id(page_id, part) for part in range(above + 1, page.most_parts + 1)] if page else []

    def enter(self, number: int) -> None:
        """Note that the window's newest text has this number."""
        self._newest = number

    def see(self, article: Arrival) -> None:
        """Take over what an article tells of its page, which has no newer version."""
        before = self._pages.pop(article.page, None)
        if before is None:
            if not article.part:
                return
            before = Page(None, 0, 0, self._newest)
        told = (article.raw, article.parts) if article.raw and article.parts else (before.raw, before.parts)
        self._pages[article.page] = Page(*told, max(before.most_parts, article.part), self._newest)

    def is_late(self, article: Arrival) -> bool:
        """Return whether a newer version of an article's page was taken, as far as pages tell their versions."""
        page = self._pages.get(article.page)
        if page is not None and page.raw is not None:
            return is_late(article.raw, page.raw)
        if not article.part or not article.parts:
            return False
        alone = self._find(article.page)
        return alone is not None and not alone.answered.page_id and is_late(article.raw, alone.raw)

    def are_two_versions(self, one: Arrival, other: Arrival) -> bool:
        """Return whether two articles of a page are of two versions of it, of which one holds several, or did."""
        if not one.part and not other.part and one.page not in self._pages:
            return False
        return (one.raw, one.parts) != (other.raw, other.parts)

    def outdated_by(self, article: Arrival) -> list[tuple[str, Known]]:
        """Return what is in the window of an article's page, and is not in the version that the article is of."""
        page = self._pages.get(article.page)
        if article.raw is None or not article.parts or (page is None and not article.part):
            return []
        if page is not None and (page.raw, page.parts) == (article.raw, article.parts):
            return []
        if self.is_late(article):
            return []
        outdated: list[tuple[str, Known]] = []
        for id_ in self._ids_beside(article):
            known = self._find(id_)
            page_id = article.page if id_ != article.page else ""
            # A newer one may stand where an older isnad took a page that did not tell.
            if known is not None and known.answered.page_id == page_id and not is_late(article.raw, known.raw):
                outdated.append((id_, known))
        return outdated

    def _ids_beside(self, article: Arrival) -> list[str]:
        """Return the ids that articles of its page may have which its version does not hold."""
        if not article.part:
            return self.part_ids(article.page)
        return [article.page, *self.part_ids(article.page, above=article.parts)]

    def forget(self, before: int) -> None:
        """Forget the pages of which all texts have left the window: those that have numbers before this one."""
        gone = []
        for page_id, page in self._pages.items():
            if page.seen_at >= before:
                break
            gone.append(page_id)
        for page_id in gone:
            del self._pages[page_id]

    def capture(self) -> Captured:
        """Return what is to be written of it, as it is now."""
        state = _State(self._pages.copy(), self._newest)
        return Captured({}, {_PART: lambda: msgspec.msgpack.encode(state)})

    def restore(self, opened: Opened) -> None:
        """Go on from a captured state.

        Raises:
            SnapshotError: it can't be read.
        """
        state = msgspec.msgpack.decode(opened.data(_PART), type=_State)
        self._pages, self._newest = state.pages, state.newest


def is_late(raw: RawPlace | None, newest: RawPlace | None) -> bool:
    """Return whether a raw record was sent before the newest one; where one of them is not known, it was not."""
    return raw is not None and newest is not None and raw.is_before(newest)


class _State(msgspec.Struct, frozen=True, array_like=True):
    pages: dict[str, Page]
    newest: int
