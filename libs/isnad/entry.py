"""What is asked of an article or a takedown before it goes to `articles.raw`, whichever way it comes in (pure)."""

import html
import re
import unicodedata

from isnad.codec import check_characters, texts_of
from isnad.errors import RecordError
from isnad.identity import checked_id
from isnad.messages import RawArticle, Reason
from isnad.text.lines import has_letters, printable

MOST_BESIDE = 8_000
"""Characters of all fields but title, body and html together. What they say stands in each article of a page, of which
one record may hold thousands."""

_TEXTS = frozenset({"title", "body", "html"})

MOST_REASON = 1000
"""Characters of a takedown's reason."""

_BETWEEN_TAGS = re.compile("(?:^|>|<(?![/!?a-zA-Z]))([^<>]+)")
"""A sign that begins no tag is text, as in `a < b`."""


def check(raw: RawArticle) -> None:
    """Refuse what prepare refuses for certain, so that who sends it hears of it at once.

    Only what takes no reading of the page: one that passes may yet hold nothing but what is cut from every page.

    Raises:
        RecordError: a field holds U+0000, what stands beside the text is too long, or there is no text.
    """
    check_characters(raw)
    check_beside(raw)
    # A headline alone is an article, and may be a mere «…»; a text is one if it holds a letter or a digit.
    if raw.title and printable(_read(raw.title)):
        return
    if raw.body and not raw.body.isspace():
        holds_text = has_letters(raw.body)
    else:
        pieces = _BETWEEN_TAGS.finditer(raw.html or "")
        holds_text = any(has_letters(_read(piece[1])) for piece in pieces)
    if not holds_text:
        raise RecordError(Reason.NO_TEXT, "there is no text: `body` or `html` is required, with words in it")


def check_beside(raw: RawArticle, found: str | None = None) -> None:
    """Refuse an article with too much beside its text, `found` in the page included.

    Raises:
        RecordError: it has more than `MOST_BESIDE` characters.
    """
    characters = len(found or "") + sum(len(text) for name, text in texts_of(raw) if name not in _TEXTS)
    if characters > MOST_BESIDE:
        raise RecordError(
            Reason.TOO_LARGE,
            f"the fields beside title, body and html have {characters:,} characters together, {MOST_BESIDE:,} at most",
        )


def check_takedown(id_: str, reason: str) -> None:
    """Refuse a takedown, or its end, that can't be carried out or shown.

    Raises:
        RecordError: no article can have the id, or the reason is too long or holds a control character.
    """
    checked_id(id_)
    if len(reason) > MOST_REASON:
        raise RecordError(Reason.SCHEMA_INVALID, f"`reason` is longer than {MOST_REASON:,} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in reason):
        raise RecordError(Reason.SCHEMA_INVALID, "`reason` holds a control character")


def _read(written: str) -> str:
    try:
        return html.unescape(written)
    except ValueError:  # the number of a character has thousands of digits
        return written
