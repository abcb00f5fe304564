"""A new generation of all indexes beside those that readers see, and the moment in which they change places.

A generation is filled like any other indexes, under a prefix of its own (`isnad-g2`), so that no search sees it. When
it is complete, one action of Elasticsearch deletes the old indexes and gives the new ones their names as aliases:
`isnad-articles` for all months, `isnad-articles-2018.02` and `isnad-stories` for who writes. No search sees both or
neither, and an id stands once through the alias at every moment.

What the index service writes meanwhile goes into the old indexes. So before the last records are caught up, the old
indexes are closed to writes: the service waits for some moments and says so, and then writes into the new ones.
"""

import contextlib
from collections.abc import Callable, Iterable
from itertools import chain

import msgspec

from isnad.errors import RecordError, RequestError, SetupError
from isnad.indexes import Indexes
from isnad.search_index import Document, Exchange, SearchIndex, Write
from isnad_index.documents import is_note, keepers, story_keepers
from isnad_index.mending import Mending
from isnad_index.recounting import Recounting
from isnad_index.setting_up import set_up
from isnad_index.templates import templates
from isnad_index.writing import Writer


class Generations:
    """The indexes under one prefix, those that readers see and those that are being made.

    Args:
        index: the search index.
        indexes: the names that readers know.
        replicas: copies of each index on other nodes.
    """

    def __init__(self, index: SearchIndex, indexes: Indexes, replicas: int) -> None:
        self._index = index
        self._indexes = indexes
        self._replicas = replicas

    async def present(self) -> int:
        """Return the number of the generation that readers see, 0 before the first one."""
        return max((self._indexes.number_of(name) for name in await self._seen()), default=0)

    async def is_begun(self, generation: Indexes) -> bool:
        """Return whether a generation has been begun, and not abandoned since."""
        return bool(await self._index.aliases(generation.stories))

    async def begin(self, generation: Indexes) -> None:
        """Make the templates and the first indexes of a generation, and those that readers see where they are missing.

        Raises:
            SearchUnavailable: Elasticsearch does not answer; try again.
            SetupError: Elasticsearch can't work by these templates, or has newer ones.
        """
        newer = await set_up(self._index, self._indexes, self._replicas)
        if newer:
            raise SetupError(
                f"A newer isnad has set up {', '.join(newer)} in Elasticsearch. Rebuild the indexes with that version."
            )
        await set_up(self._index, generation, self._replicas)

    async def abandon(self) -> list[str]:
        """Delete all that readers don't see, and let the others be written to; return what was deleted."""
        seen = await self._seen()
        await self._index.allow_writes(seen)
        unseen = [
            name for name in await self._index.aliases(f"{self._indexes.prefix}-g*") if self._is_unseen(name, seen)
        ]
        await self._index.exchange(Exchange(remove=tuple(unseen)))
        numbers = {self._indexes.number_of(name) for name in unseen}
        for number in sorted(numbers | {await self.present() + 1}):
            await self._forget_templates(self._indexes.generation(number))
        return unseen

    def _is_unseen(self, name: str, seen: list[str]) -> bool:
        # Another chain may have a prefix that begins like ours.
        number = self._indexes.number_of(name)
        family = name.removeprefix(f"{self._indexes.prefix}-g{number}")
        known = [one.removeprefix(self._indexes.prefix) for one in self._indexes.families]
        return number > 0 and name not in seen and any(family == one or family.startswith(f"{one}-") for one in known)

    async def carry_over(self, generation: Indexes, advance: Callable[[int], None]) -> int:
        """Copy what readers see and the generation lacks, because its records are no longer in Kafka.

        A story that no article of the generation belongs to is left: after dedup was replayed, it is one that is no
        more. One that was made anew since an article was taken down is made anew there too, of the generation's own
        articles: the topics hold only what it was before, and the old index what it was before dedup was replayed.

        Args:
            generation: where to.
            advance: told how many documents were looked at.

        Returns:
            How many were copied.

        Raises:
            SearchUnavailable: Elasticsearch does not answer; call again.
            SetupError: the new indexes don't take a document of the old ones.
        """
        copied = 0
        writer = Writer(self._index)
        recounting = Recounting(self._index, generation)
        mending = Mending(writer, generation)
        takedowns = self._indexes.takedowns
        # The takedowns once more at the end: of an article that was taken out before it was copied, the mark of its
        # story stood there earlier.
        for family in (takedowns, self._indexes.articles, self._indexes.stories, takedowns):
            await self._index.refresh(family)
            there = self._indexes.renamed(family, generation)
            async with contextlib.aclosing(self._index.everything(family)) as pages:
                async for page in pages:
                    # A takedown that was broken off comes again, and notes its stories there itself.
                    lasting = [document for document in page if not is_note(document.id)]
                    missing = await self._missing(there, lasting, or_older=family == takedowns)
                    if family == self._indexes.stories:
                        missing = await self._with_articles(generation, missing)
                    await self._copy(writer, recounting, mending, generation, there, missing)
                    copied += len(missing)
                    advance(len(page))
            await self._index.refresh(there)
        await mending.mend_all()
        # The entities are never copied: they are what the articles of the generation say.
        await recounting.settle()
        return copied

    async def close_old(self) -> list[str]:
        """Let the indexes that readers see refuse writes; return their names."""
        seen = await self._seen()
        await self._index.block_writes(seen)
        return seen

    async def open_old(self, closed: list[str]) -> None:
        """Lift what `close_old` did."""
        await self._index.allow_writes(closed)

    async def exchange(self, generation: Indexes, closed: list[str]) -> bool:
        """Let the generation take the place of the closed indexes, in one moment.

        Returns:
            False where there is an index now that was not closed, because its month had begun meanwhile: nothing was
            done; close it, catch up, and call again.
        """
        await Recounting(self._index, generation).settle()
        made = await self._index.aliases(f"{generation.prefix}-*")
        if made.keys() & set(await self._seen()):
            # It was done, and the answer was lost.
            await self._forget_templates(generation)
            return True
        for name in made:
            await self._index.refresh(name)
        add = [
            (name, generation.renamed(alias, self._indexes))
            for name, aliases in made.items()
            for alias in sorted({name, *aliases})
        ]
        take_off = [(name, alias) for name, aliases in made.items() for alias in sorted(aliases)]
        # An alias can't have the name of an index that is there: those that never changed places go at once.
        own = [name for name in closed if not self._indexes.number_of(name)]
        for name, aliases in (await self._present(set(closed) - set(own))).items():
            take_off += [(name, alias) for alias in sorted(aliases)]
        try:
            await self._index.exchange(Exchange(tuple(add), tuple(take_off), tuple(own)))
        except RequestError:
            if set(await self._seen()) <= set(closed):
                raise
            return False
        await self._forget_templates(generation)
        return True

    async def remove_old(self, closed: list[str]) -> None:
        """Delete indexes that have given up their places, when the searches that were on their way have ended."""
        await self._index.exchange(Exchange(remove=tuple(await self._present(closed))))

    async def _present(self, names: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return those indexes of these that are there, under their own names, with their aliases."""
        found: dict[str, frozenset[str]] = {}
        for name in sorted(names):
            found |= {index: aliases for index, aliases in (await self._index.aliases(name)).items() if index == name}
        return found

    async def _seen(self) -> list[str]:
        found = [await self._index.aliases(family) for family in self._indexes.families]
        return sorted(set(chain.from_iterable(found)))

    async def _missing(self, family: str, page: list[Document], *, or_older: bool) -> list[Document]:
        copies = await self._index.copies(family, [document.id for document in page])
        present = {copy.id: copy.version for copy in copies}
        return [
            document
            for document in page
            if document.id not in present or (or_older and present[document.id] < document.version)
        ]

    async def _with_articles(self, generation: Indexes, stories: list[Document]) -> list[Document]:
        if not stories:
            return []
        wanted = [story.id for story in stories]
        counted = {"terms": {"field": "story_id", "size": len(wanted), "order": {"_count": "desc"}}}
        query = {"terms": {"story_id": wanted}}
        body = {"query": query, "size": 0, "from": 0, "aggs": {"stories": counted}}
        answer = await self._index.search(generation.articles, body)
        told = {bucket["key"] for bucket in answer.get("aggregations", {}).get("stories", {}).get("buckets", [])}
        return [story for story in stories if story.id in told]

    async def _copy(
        self,
        writer: Writer,
        recounting: Recounting,
        mending: Mending,
        generation: Indexes,
        family: str,
        documents: list[Document],
    ) -> None:
        writes = [
            Write(
                family,
                self._own(document.index).renamed(document.index, generation),
                document.id,
                document.version,
                msgspec.json.encode(document.content),
                _keepers(generation, family, document),
            )
            for document in documents
        ]
        async with recounting.noted(writes):
            results = await writer.write(writes)
        await recounting.keep_up()
        for write, result in zip(writes, results, strict=True):
            if isinstance(result, RecordError):
                raise SetupError(
                    f"The new indexes don't take the document {write.id}, which is no longer in Kafka ({result}). "
                    "Readers see the old ones, as before; isnad replay index --abandon deletes the new ones."
                )
        await mending.follow(writes, results)

    def _own(self, index: str) -> Indexes:
        number = self._indexes.number_of(index)
        return self._indexes.generation(number) if number else self._indexes

    async def _forget_templates(self, generation: Indexes) -> None:
        await self._index.delete_templates(list(templates(generation, self._replicas)))


def _keepers(generation: Indexes, family: str, document: Document) -> tuple[tuple[str, str], ...]:
    if family == generation.stories:
        origin = document.content.get("origin", {})
        return story_keepers(generation, document.id, origin.get("id", document.id))
    return keepers(generation, document.id, document.content.get("page_id", document.id))
