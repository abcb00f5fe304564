"""The API on fakes, with two linked articles and their story, and a key that may do everything."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from starlette.types import ASGIApp

from isnad import keys
from isnad.clock import SystemClock
from isnad.indexes import Indexes
from isnad.messages import Link, LogPosition, Mention, Verdict
from isnad.metrics import ApiMetrics, new_registry
from isnad.outcomes import Outgoing
from isnad.search_index import SearchIndex
from isnad.testing.builders import MOMENT, enriched_article, matched_article, prepared_article, story_change
from isnad.testing.search import FakeIndex
from isnad_api.access import Access
from isnad_api.app import Parts, create_app, watched
from isnad_api.keyring import Keyring
from isnad_api.limits import Limits
from isnad_index.documents import article_write, story_write
from isnad_index.setting_up import set_up


class _Log:
    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        return [None] * len(messages)


def parts(keys_file: Path) -> Parts:
    """Return what the API works with; nothing is in the index, and everybody needs a key."""
    clock = SystemClock()
    return Parts(
        index=FakeIndex(),
        indexes=Indexes(),
        sender=_Log(),
        raw_topic="articles.raw",
        limits=Limits(requests_per_second=1e6, burst=1_000_000),
        metrics=ApiMetrics.on(new_registry()),
        clock=clock,
        access=Access(Keyring(keys_file, clock), clock, is_open=False),
    )


async def served(keys_file: Path) -> tuple[ASGIApp, str]:
    """Return the application, and the header that lets its caller in."""
    clock = SystemClock()
    with keys.changing(keys_file) as known:
        key, written = keys.make("fuzz", ["admin"], clock.now(), expires_at=None, known=known)
        known[key.id] = key
    made = parts(keys_file)
    await _fill(made.index)
    return watched(create_app(made), made), f"Bearer {written}"


@asynccontextmanager
async def opened(index: SearchIndex, indexes: Indexes, keys_file: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the API on an index; everybody is let in, as on loopback."""
    clock = SystemClock()
    access = Access(Keyring(keys_file, clock), clock, is_open=True)
    made = replace(parts(keys_file), index=index, indexes=indexes, access=access)
    transport = httpx.ASGITransport(watched(create_app(made), made))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def _fill(index: SearchIndex) -> None:
    await set_up(index, Indexes(), 0)
    body = "قصف التحالف مواقع في دير الزور"
    link = Link(id="a", story_id="a", jaccard=1.0, contained=1.0, contains=1.0, shared=2)
    verdicts = [Verdict(story_id="a", relation="original"), Verdict(story_id="a", relation="copy", links=(link,))]
    names = (Mention(type="LOC", text="سوريا", field="title", start=0, end=5, canonical="سوريا"),)
    for offset, verdict in enumerate(verdicts):
        article = prepared_article(id="ab"[offset], body=body, title="سوريا")
        matched = matched_article(article, verdict=verdict, position=LogPosition(offset, MOMENT))
        write = article_write(enriched_article(matched, mentions=names), Indexes())
        await index.create(write.index)
        await index.bulk([write])
    write = story_write(story_change(prepared_article(id="a")), Indexes())
    await index.create(write.index)
    await index.bulk([write])
