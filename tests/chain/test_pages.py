"""A page that comes again with other articles leaves none of the old ones behind."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

PAGE = json.loads(Path("tests/examples/articles.raw/0_page_of_four_articles.json").read_bytes())
ADDRESS = "https://example.org/page"


def pushed_and_drained(chain: Any, **fields: object) -> list[str]:
    """Send the page with these fields; return what of it stands in the end."""
    article = {**PAGE, "url": ADDRESS, **fields}
    httpx.post(f"{chain.api}/v1/articles", json=article, timeout=30).raise_for_status()
    chain.drain()
    return sorted(one["id"] for one in chain.documents())


def stories(chain: Any) -> dict[str, int]:
    return {one["id"]: one["articles"] for one in chain.documents(chain.indexes.stories)}


def counted(chain: Any) -> int:
    return sum(stories(chain).values())


def test_the_whole_way(chain: Any) -> None:
    four = pushed_and_drained(chain)
    page = four[0].removesuffix("#1")
    assert four == [f"{page}#{number}" for number in (1, 2, 3, 4)]
    # With a title it is one article, and none of its parts is what it was taken from.
    assert pushed_and_drained(chain, title="عنوان الصفحة") == [page]
    assert stories(chain) == {page: 1}
    assert pushed_and_drained(chain) == four
    assert counted(chain) == 4
    # A takedown of one of them stays, whatever its page holds.
    done = chain.isnad("delete", "--api", chain.api, "--yes", four[1])
    assert done.returncode == 0, done.stderr
    assert pushed_and_drained(chain, title="عنوان الصفحة") == [page]
    assert pushed_and_drained(chain) == [four[0], *four[2:]]
    assert counted(chain) == 3
    standing = httpx.get(f"{chain.api}/v1/takedowns/{page}", timeout=30).json()
    assert standing["taken_down"] is False
    assert chain.dead_letters() == []
