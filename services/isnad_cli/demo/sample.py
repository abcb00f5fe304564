"""A sample search through the API, as a user of the chain would make it."""

import httpx
import msgspec

from isnad.errors import SearchUnavailable
from isnad_cli import asking


class Highlight(msgspec.Struct, frozen=True):
    """A piece of a text in which words of the search stand."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...]


class Hit(msgspec.Struct, frozen=True):
    """An article that fits the search."""

    title: str
    highlights: tuple[Highlight, ...] = ()


class StoryHit(msgspec.Struct, frozen=True):
    """A story that fits the search."""

    hits: tuple[Hit, ...]


class Found(msgspec.Struct, frozen=True):
    """What the API answers to a search; the fields that are shown here."""

    q: str
    stories: int
    hits: tuple[StoryHit, ...]


async def search(api: str, words: str, stories: int = 3) -> Found:
    """Ask the API for the stories in which the words stand.

    Raises:
        SearchUnavailable: the API does not answer.
    """
    asked: dict[str, str | int] = {"q": words, "size": stories}
    try:
        async with httpx.AsyncClient(timeout=30, trust_env=False, headers=asking.key_header()) as client:
            answer = (await client.get(f"{api}/v1/search", params=asked)).raise_for_status()
    except httpx.HTTPError as exc:
        raise SearchUnavailable(f"The API at {api} does not answer ({exc}). Look what it says: isnad logs api") from exc
    return msgspec.json.decode(answer.content, type=Found)
