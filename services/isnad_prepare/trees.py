"""The tree of a web page, bounded so that whoever walks it needs time in proportion to the page, and no text is lost.

libxml2 looks for the end of a tag's attributes anew for each of them, and leaves out what stands deeper than 256 tags
without a word. So a page is read twice: first without a tree, by the same parser and hence as it will be read, for the
number of attributes and the depth; then as it is, or written anew without depth. Old pages, and those that were made by
text processors, are deep because they never close their tags.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape, unescape

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from isnad.errors import RecordError
from isnad.messages import Reason

MAX_ATTRIBUTES = 500
"""Of one tag: ten times what pages have."""

MAX_DEPTH = 250
"""Pages have 50; all that encloses a text costs time again for the text, and from 256 on libxml2 leaves it out. What is
deeper is read line by line, and then nobody knows any more which of it is a menu."""

_PAGE_DEPTH = 2
"""That of head and body."""

_FORUM = "data-preloaded"
"""Where the forums of one maker keep pages as JSON within JSON, which trafilatura would read: they hold no news."""

_SHOWN_CHARACTERS = 20
_SETTINGS = {
    "collect_ids": False,
    "default_doctype": False,
    "encoding": "utf-8",
    "huge_tree": True,  # the bounds are ours: libxml2's would leave text out
}

_INVALID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What lxml takes from a page, and then refuses to put into a text."""

_CLOSED_PAGE = re.compile(r"(<html\b[^<>]*)/>", re.IGNORECASE)
"""An opening tag that ends as empty tags of XML do: libxml2 takes the page for empty, browsers don't."""

_CODE = frozenset({"script", "style", "iframe", "noembed", "noframes"})
"""What they hold is read as it stands, up to their end."""
_EMPTY = frozenset({"area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param"})
_WITHIN_LINES = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "ins", "kbd", "label", "mark", "nobr", "q", "s", "samp", "small", "source", "span", "strike", "strong", "sub",
        "sup", "time", "track", "tt", "u", "var", "wbr",
    }
)  # fmt: skip
"""They begin no line."""
_OTHER_LINES = frozenset(
    {"aside", "button", "footer", "h1", "nav", "noscript", "option", "pre", "select", "textarea", "title"}
)
"""What is no text of an article, or its headline; all other lines are written as paragraphs."""
_AS_TEXT = {"xmp": "pre", "plaintext": "pre"}
"""What would take the rest of the page for its text."""


def read_tree(html: str) -> HtmlElement | None:
    """Return the whole page as a tree at most `MAX_DEPTH` deep, or None where it is empty; scripts are still in it.

    A deeper page is given line by line in one body: what encloses what says nothing there about where the article is.

    Raises:
        RecordError: a tag has more than `MAX_ATTRIBUTES` different attributes, be it in the linked data.
    """
    page = _CLOSED_PAGE.sub(r"\1>", _INVALID.sub("", html)).encode("utf-8", "replace")
    if _depth(page) > MAX_DEPTH:
        flat = _Flat()
        _walk(page, flat)
        page = "".join(flat.written).encode("utf-8", "replace")
    try:
        tree = document_fromstring(page, parser=HTMLParser(remove_comments=True, remove_pis=True, **_SETTINGS))
    except etree.ParserError:
        return None  # nothing but comments, or nothing at all
    for forum in tree.iterfind(f".//div[@{_FORUM}]"):
        del forum.attrib[_FORUM]
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        for text in _long_strings(script.text or ""):
            _depth(text.encode("utf-8", "replace"))
    return tree


def _long_strings(linked_data: str) -> Iterator[str]:
    """The strings of a page's linked data that may hold too many attributes, as trafilatura makes html of them."""
    from trafilatura.utils import remove_control_characters

    try:
        found = [json.loads(linked_data, strict=False)]
    except (ValueError, RecursionError):
        return
    while found:
        value = found.pop()
        if isinstance(value, dict):
            found.extend(value.values())
        elif isinstance(value, list):
            found.extend(value)
        elif isinstance(value, str) and len(value) > 2 * MAX_ATTRIBUTES:
            yield remove_control_characters(unescape(value))


def _depth(page: bytes) -> int:
    depth = _Depth()
    _walk(page, depth)
    return depth.most


def _walk(page: bytes, target: "_Depth | _Flat") -> None:
    etree.fromstring(page, HTMLParser(target=target, **_SETTINGS))


class _Depth:
    """How many tags enclose what is deepest; a target of lxml, as it documents them."""

    def __init__(self) -> None:
        self.most = 0
        self._open = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(attributes) > MAX_ATTRIBUTES:
            name = tag[:_SHOWN_CHARACTERS]
            raise RecordError(Reason.TOO_LARGE, f"html with more than {MAX_ATTRIBUTES} attributes in one <{name}>")
        self._open += 1
        self.most = max(self.most, self._open)

    def end(self, _tag: str) -> None:
        self._open -= 1

    def close(self) -> None:
        """Nothing is left to be done."""


class _Flat:
    """The page written anew: as it is down to `_PAGE_DEPTH`, below that line by line."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._open: list[str] = []
        self._lines = 0
        """How many tags are open that begin lines."""
        self._line = ""
        """Which of them was written and not closed; at most one is at any time."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._open.append(tag)
        if len(self._open) <= _PAGE_DEPTH or tag in _CODE or tag in _EMPTY:
            self._write_start(_AS_TEXT.get(tag, tag), attributes)
        elif tag not in _WITHIN_LINES:
            self._end_line()
            self._lines += 1
            written = _AS_TEXT.get(tag, tag)
            self._line = written if written in _OTHER_LINES else "p"
            self._write_start(self._line, attributes)

    def end(self, tag: str) -> None:
        within = len(self._open) > _PAGE_DEPTH
        self._open.pop()
        if tag in _EMPTY:
            return
        if not within or tag in _CODE:
            self.written.append(f"</{_AS_TEXT.get(tag, tag)}>")
        elif tag not in _WITHIN_LINES:
            self._end_line()
            self._lines -= 1

    def data(self, text: str) -> None:
        if self._open and self._open[-1] in _CODE:
            self.written.append(text)
            return
        if self._lines and not self._line and not text.isspace():
            self._line = "p"  # the rest of a line that others were within
            self.written.append("<p>")
        self.written.append(escape(text, quote=False))

    def close(self) -> None:
        """Nothing is left to be done."""

    def _end_line(self) -> None:
        if self._line:
            self.written.append(f"</{self._line}>")
            self._line = ""

    def _write_start(self, tag: str, attributes: Mapping[str, str]) -> None:
        told = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.written.append(f"<{tag}{told}>")
