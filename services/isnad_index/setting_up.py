"""Setting up Elasticsearch: templates, the alias, the indexes that there is one of; again as often as one likes."""

from isnad.indexes import Indexes
from isnad.search_index import SearchIndex
from isnad_index.templates import templates


async def set_up(index: SearchIndex, indexes: Indexes, replicas: int) -> list[str]:
    """Create what is missing; several workers may do it at once.

    Returns the names of templates that a newer isnad made, and which therefore stay.

    Raises:
        SearchUnavailable: Elasticsearch does not answer; try again.
        SetupError: Elasticsearch can't work by these templates.
    """
    newer = [name for name, body in templates(indexes, replicas).items() if not await index.put_template(name, body)]
    # Made now and not with the first story: a server that lacks a filter says so before anything is taken from Kafka.
    await index.create(indexes.stories)
    await index.create(indexes.takedowns)
    await index.create(indexes.entities)
    await index.create(indexes.recounts)
    await index.put_alias(f"{indexes.articles}-*", indexes.articles)
    return newer
