"""The page of `isnad demo --page`: whatever an article, an entity or an outlet is called, it is text."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from isnad_cli.demo import picture, report
from isnad_cli.demo.measuring import Indexed, Measured, Named
from isnad_cli.demo.sample import Found, Highlight, Hit, StoryHit

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[link=javascript:alert(1)]x[/link]",
    "[/]",
    "</pre><a href=javascript:alert(1)>x",
    "{code}</style>",
    "\x1b]8;;javascript:alert(1)\x1b\\x",
    "\u2069\u202ex",
]


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(hostile: str, folder: Path) -> str:
    """The demo's page, with the text wherever an article's words can stand."""
    members = tuple(
        Indexed(id=id_, page_id=id_, title=hostile, source=hostile, day="2026-01-01", story_id="a", relation="copy")
        for id_ in ("a", "b")
    )
    highlight = Highlight("body", f"قبل {hostile} بعد", ((0, 3),))
    found = Found(q=hostile, stories=1, hits=(StoryHit((Hit(hostile, (highlight,)),)),))
    shown = (
        report.stories(Measured(frozenset({"a", "b"}), members, ()), picture.COLUMNS),
        report.entities([Named("PER", hostile, 2)]),
        report.search(found, picture.COLUMNS),
    )
    picture.write(folder / "page.html", shown)
    return (folder / "page.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_an_article_says_is_text_on_the_page(hostile: str, tmp_path: Path) -> None:
    """In a title, an outlet, an entity, a body and a search: no tag, no link, nothing that steers."""
    page = page_of(hostile, tmp_path)
    tags = Tags(page)
    assert tags.names == {"html", "meta", "title", "style", "pre", "span"}
    assert not tags.attributes & {"href", "src", "style"}
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert not set(tags.text) & {"\x1b", "\u202e"}
    assert tags.text.count("\u2068") == tags.text.count("\u2069")
    if hostile.isprintable() and "\u2069" not in hostile:
        assert tags.text.count(hostile) >= 5


def test_the_page_allows_its_own_styles_and_nothing_else(tmp_path: Path) -> None:
    page = page_of(HOSTILE[0], tmp_path)
    styles = page[page.index("<style>") + len("<style>") : page.index("</style>")]
    (policy,) = re.findall('<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
