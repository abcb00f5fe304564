"""A passage as what a tokenizer is given: its words as they are written, and the marks between them (pure).

Models are trained on texts whose punctuation stands as words of its own, and they know the end of a sentence by its
full stop; so the marks go in too, and what the model says of them only parts names.
"""

from dataclasses import dataclass
from itertools import groupby

from isnad_entities.words.passage import Gap, Passage

MARK = -1
"""A mark that may part a name."""
JOINT = -2
"""A mark inside of a name, as in «جان-ايف» and «أ.ف.ب»: what the model says of it does not count."""

LONGEST_WORD = 200
"""Characters of a word that are read; longer ones are cries and rubbish, which some tokenizers take minutes for."""
_MOST_MARKS = 8


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a passage, in order."""

    written: list[str]
    places: list[int]
    """Which word of the passage each is, or MARK, or JOINT."""
    starts: list[bool]
    """Whether a sentence begins with it."""


def pieces_of(passage: Passage) -> Pieces:
    """Read a passage into pieces; each of its words is one of them."""
    written: list[str] = []
    places: list[int] = []
    starts: list[bool] = []

    def add_marks(between: str, place: int) -> None:
        marks = _marks(between)
        written.extend(marks)
        places.extend([place] * len(marks))
        starts.extend([False] * len(marks))

    text, end = passage.text, 0
    for place, token in enumerate(passage.tokens):
        gap = passage.gaps[place]
        if token.start - end > 1 or gap is not Gap.SPACE:
            add_marks(text[end : token.start], JOINT if gap is Gap.JOINT else MARK)
        written.append(text[token.start : min(token.end, token.start + LONGEST_WORD)])
        places.append(place)
        starts.append(gap is Gap.STOP and not passage.tight(place))
        end = token.end
    add_marks(text[end:], MARK)
    return Pieces(written, places, starts)


def _marks(between: str) -> list[str]:
    # A row of the same mark is one («......»), and no more than a few count: a drawing is no text.
    return [mark for mark, _ in groupby(between) if mark.isprintable() and not mark.isspace()][:_MOST_MARKS]
