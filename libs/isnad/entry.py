"""What every way in asks of an article before it goes to `articles.raw`, the API and the feeder alike (pure)."""

import html
import re

from isnad.codec import check_characters
from isnad.errors import RecordError
from isnad.messages import RawArticle, Reason
from isnad.text.lines import has_letters, printable

_BETWEEN_TAGS = re.compile("(?:^|>|<(?![/!?a-zA-Z]))([^<>]+)")
"""A sign that begins no tag is text, as in `a < b`."""


def check(raw: RawArticle) -> None:
    """Refuse what prepare refuses for certain, so that who sends it hears of it at once.

    Only what takes no reading of the page: one that passes may yet hold nothing but what is cut from every page.

    Raises:
        RecordError: a field holds U+0000, or there is no text.
    """
    check_characters(raw)
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


def _read(written: str) -> str:
    try:
        return html.unescape(written)
    except ValueError:  # the number of a character has thousands of digits
        return written
