"""Articles labelled by hand: who is named in them, which agencies, and where the report was written.

The labels hold offsets only; the texts stay in the corpus from which they were taken. `tests/labels/README.md` says how
the labels were made.
"""

import gzip
import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from isnad.errors import RequestError
from isnad.messages import EntityType

_CHECKSUM_DIGITS = 16


class LabelledMention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A name in an article, in code points of the field, and what it means: one canonical name per thing."""

    type: EntityType
    canonical: str
    field: Literal["title", "body"]
    start: int
    end: int


class LabelledCredit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agency in an article: its source (`credit`), or somebody whom it quotes."""

    agency: str
    role: Literal["credit", "quoted"]
    field: Literal["title", "body"]
    start: int
    end: int


class LabelledDateline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dateline of the body; `places` are the offsets of the places in it, none where it names an agency alone."""

    places: tuple[tuple[int, int], ...]


class LabelledArticle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One article's labels."""

    id: str
    sha256: str
    """The first digits of the checksum of the title, a line break and the body: the text is the one that was read."""
    held: bool
    """Kept for measuring: no rule was made with a look at it."""
    dateline: LabelledDateline | None
    credits: tuple[LabelledCredit, ...]
    mentions: tuple[LabelledMention, ...]


class Text(msgspec.Struct, frozen=True):
    """An article of the corpus, as it stands there."""

    id: str
    title: str
    body: str


def read_labels(path: Path) -> list[LabelledArticle]:
    """Return the labels of a file of JSON lines.

    Raises:
        RequestError: the file can't be read, or holds something else.
    """
    try:
        return msgspec.json.Decoder(LabelledArticle).decode_lines(path.read_bytes())
    except (OSError, msgspec.DecodeError) as exc:
        raise RequestError(
            f"The labels in {path} can't be read ({exc}). Give a file like tests/labels/ant.jsonl."
        ) from exc


def read_texts(paths: Iterable[Path], labels: Iterable[LabelledArticle]) -> dict[str, Text]:
    """Return the texts of labelled articles by their ids, from .jsonl.gz files of the ANT corpus or folders of them.

    Raises:
        RequestError: one is not there, or is another text than the one that was labelled.
    """
    wanted = {label.id: label.sha256 for label in labels}
    found: dict[str, Text] = {}
    decoder = msgspec.json.Decoder(Text)
    for path in paths:
        for file in sorted(path.glob("*.jsonl.gz")) if path.is_dir() else [path]:
            try:
                with gzip.open(file) as lines:
                    texts = (decoder.decode(line) for line in lines)
                    found.update((text.id, text) for text in texts if text.id in wanted)
            except (OSError, EOFError, zlib.error, msgspec.DecodeError) as exc:
                raise RequestError(
                    f"{file} can't be read ({exc}). Give the .jsonl.gz files of the ANT corpus."
                ) from exc
    missing = len(wanted) - len(found)
    if missing:
        raise RequestError(
            f"{missing} of {len(wanted)} labelled articles are not in the corpus. Give the folder of the ANT corpus."
        )
    changed = [text.id for text in found.values() if checksum(text) != wanted[text.id]]
    if changed:
        raise RequestError(
            f"{len(changed)} articles are not the texts that were labelled ({changed[0]} …). "
            "Give the ANT corpus v2.1, with Jawhara FM of v1.1, as it was published."
        )
    return found


def checksum(text: Text) -> str:
    """Return what the labels hold of a text."""
    return hashlib.sha256(f"{text.title}\n{text.body}".encode()).hexdigest()[:_CHECKSUM_DIGITS]
