"""What is taken down while the old indexes are copied does not come back with the new ones."""

import pytest
from tests.unit.isnad_index.takedowns import takedown

from isnad.codec import encode
from isnad.indexes import Indexes
from isnad.outcomes import Record
from isnad.testing.search import FakeIndex
from isnad.topics import Topics
from isnad_index.app import indexing
from isnad_index.generations import Generations
from isnad_index.setting_up import set_up
from isnad_index.writing import Writer


class Moving(FakeIndex):
    """An index in which something happens just before all articles are read."""

    def __init__(self):
        super().__init__()
        self.meanwhile = None

    async def everything(self, index):
        if index == "isnad-articles" and self.meanwhile is not None:
            await self.meanwhile()
        async for page in super().everything(index):
            yield page


@pytest.fixture
async def index():
    fake = Moving()
    await set_up(fake, Indexes(), 0)
    return fake


async def test_an_article_that_goes_before_it_is_copied_leaves_its_story_in_the_new_indexes_too(
    index, process, make_article, make_change
):
    """The takedown is carried out in the new ones when they don't have the article, and nothing leads to its story."""
    generations, new = Generations(index, Indexes(), 0), Indexes().generation(1)
    await generations.begin(new)
    await process(make_article("a"), make_change("a"))
    record = Record(Topics().changes, 0, 0, make_change().position.appended_at, b"a", encode(make_change("a")))
    await indexing(Writer(index), Topics(), new)([record])

    async def meanwhile():
        await process(takedown("a", 10))

    index.meanwhile = meanwhile
    await generations.carry_over(new, lambda _: None)
    assert not [where for where in index.standing() if where[0] in (new.stories, "isnad-stories")]
