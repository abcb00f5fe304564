"""Right-to-left text on a terminal that writes left to right (pure).

Each piece of text is isolated by Unicode's own marks (UAX #9: FSI … PDI), so that an Arabic title does not carry the
numbers and the columns beside it along. A piece is cut before it is isolated: a cut that takes the closing mark away
would spoil the line.
"""

import unicodedata

from rich.cells import cell_len, set_cell_size

FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"

_STEERING = (
    {ord("\n"): " ", ord("\t"): " "} | dict.fromkeys(range(0x202A, 0x202F)) | dict.fromkeys(range(0x2066, 0x206A))
)
"""Line ends, and the marks that open and close another direction."""


def harmless(text: str) -> str:
    """Return the text without what would steer the terminal: control characters and foreign direction marks."""
    return "".join(one for one in text.translate(_STEERING) if unicodedata.category(one) != "Cc")


def harmless_in_place(text: str) -> str:
    """Return the text with a space for each of those characters, so that places in it stay what they are."""
    return "".join(one if harmless(one) else " " for one in text)


def isolate(text: str) -> str:
    """Return the text, harmless, as a piece of its own direction."""
    return f"{FIRST_STRONG_ISOLATE}{harmless(text)}{POP_DIRECTIONAL_ISOLATE}"


def clip(text: str, cells: int) -> str:
    """Return the text on one line, isolated, cut to so many terminal cells."""
    line = " ".join(text.split())
    if cell_len(line) > cells:
        line = set_cell_size(line, cells - 1).rstrip() + "…"
    return isolate(line)
