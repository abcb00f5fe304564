"""Articles and their names as lines of JSON, for `isnad entities` (pure)."""

from collections.abc import Sequence

import msgspec

from isnad.messages import Mention
from isnad.offline import decode_line


class ArticleLine(msgspec.Struct):
    """An article of the input; unknown fields are ignored."""

    id: str
    title: str | None = None
    body: str | None = None
    author: str | None = None


class _Name(msgspec.Struct):
    type: str
    text: str
    field: str
    start: int
    end: int
    canonical: str


class _NamesLine(msgspec.Struct):
    id: str
    entities: list[_Name]


_decoder = msgspec.json.Decoder(ArticleLine)
_encoder = msgspec.json.Encoder()


def read_line(line: bytes) -> ArticleLine:
    """Return the article of a line.

    Raises:
        RequestError: the line is no article; the text says why, the caller knows where.
    """
    return decode_line(_decoder, line)


def write_line(article_id: str, mentions: Sequence[Mention]) -> bytes:
    """Return the line that tells an article's names."""
    names = [_Name(one.type, one.text, one.field, one.start, one.end, one.canonical) for one in mentions]
    return _encoder.encode(_NamesLine(article_id, names)) + b"\n"
