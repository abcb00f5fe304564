"""Records as the index service gets them."""

from datetime import UTC, datetime

import pytest

from isnad.codec import encode
from isnad.indexes import Indexes
from isnad.messages import (
    SCHEMA,
    EnrichedArticle,
    LogPosition,
    Member,
    PreparedArticle,
    StoryChange,
    StoryState,
    Verdict,
)
from isnad.outcomes import Record
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer

APPENDED = datetime(2018, 2, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
async def index():
    """A search index in memory, set up under the usual names."""
    fake = FakeIndex()
    await set_up(fake, Indexes(), 0)
    return fake


@pytest.fixture
def process(index):
    """The service's work on records that hold these, one after the other; returns what became of each."""
    topics = Topics()
    work = indexing(Writer(index), topics, Indexes())

    async def run(*values):
        def topic(value):
            return topics.changes if isinstance(value, StoryChange) else topics.enriched

        records = [Record(topic(value), 0, n, APPENDED, b"key", encode(value)) for n, value in enumerate(values)]
        return [outcome.status for outcome in await work(records)]

    return run


@pytest.fixture
def make_article():
    """An enriched article; `offset` is its place in the ordered log."""

    def make(
        id_="alwatan:1", *, offset=0, published_at=datetime(2018, 2, 8, 6, 0, tzinfo=UTC), body="نص الخبر", **more
    ):
        article = PreparedArticle(
            schema=SCHEMA,
            id=id_,
            source="alwatan",
            title="عنوان",
            body=body,
            language="ar",
            published_at=published_at,
            arrived_at=APPENDED,
        )
        verdict = Verdict(story_id=id_, relation="original")
        return EnrichedArticle(
            schema=SCHEMA, article=article, verdict=verdict, position=LogPosition(offset, APPENDED), **more
        )

    return make


@pytest.fixture
def make_change():
    """A change of a story."""

    def make(id_="alwatan:1", *, offset=0, outlets=None):
        moment = datetime(2018, 2, 8, 6, 0, tzinfo=UTC)
        outlets = outlets or {"alwatan": 1}
        story = StoryState(
            id=id_,
            origin=Member(id=id_, source="alwatan", title="عنوان", published_at=moment),
            articles=sum(outlets.values()),
            outlets=outlets,
            first_published_at=moment,
            last_published_at=moment,
        )
        return StoryChange(
            schema=SCHEMA,
            kind="new_story",
            article_id=id_,
            relation="original",
            story=story,
            position=LogPosition(offset, APPENDED),
        )

    return make
