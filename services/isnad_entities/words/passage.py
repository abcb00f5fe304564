"""A title or a body as words, with what stands between them (pure)."""

import dataclasses
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, overload

from isnad.text.words import Token
from isnad_entities.words.byword import ByWord
from isnad_entities.words.reading import Gap, normalised, places

__all__ = ["FieldName", "Gap", "Passage"]

FieldName = Literal["title", "body"]

_GAPS = tuple(Gap)
_STOP = bytes([Gap.STOP])
_spellings = ByWord(normalised)
"""Normalised words by their writings: at most some 90 MB, as a rule half of it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One field of an article, read into words; the rows have one entry for each."""

    field: FieldName
    text: str
    words: list[str]
    """Normalised."""
    starts: list[int]
    """Where each begins in the text (code points)."""
    ends: list[int]
    gap_numbers: bytes
    """The `Gap` before each; the first is a STOP."""
    gaps: list[Gap] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gaps", [_GAPS[number] for number in self.gap_numbers])

    @classmethod
    def of(cls, field: FieldName, text: str) -> "Passage":
        """Read a text."""
        first, behind, gaps = places(text)
        starts, ends = first.tolist(), behind.tolist()
        spelled = _spellings
        words = [spelled[text[start:end]] for start, end in zip(starts, ends, strict=True)]
        return cls(field, text, words, starts, ends, gaps.tobytes())

    def part(self, first: int, behind: int, start: int, end: int) -> "Passage":
        """Return the words `first` to before `behind`, all of which stand in `text[start:end]`, as another passage."""
        gaps = _STOP + self.gap_numbers[first + 1 : behind]
        starts = [at - start for at in self.starts[first:behind]]
        ends = [at - start for at in self.ends[first:behind]]
        return Passage(self.field, self.text[start:end], self.words[first:behind], starts, ends, gaps)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def tokens(self) -> Sequence[Token]:
        """The words with their places; made one by one when they are asked for."""
        return _Tokens(self)

    def word(self, place: int) -> str:
        """The normalised word, or an empty one outside the passage."""
        return self.words[place] if 0 <= place < len(self.words) else ""

    def gap(self, place: int) -> Gap:
        """What stands before a word; a STOP at either end."""
        return self.gaps[place] if 0 <= place < len(self.gaps) else Gap.STOP

    def between(self, place: int) -> str:
        """The characters before a word, back to the word before it; after the last word, those to the end."""
        start = self.ends[place - 1] if place > 0 else 0
        end = self.starts[place] if place < len(self.words) else len(self.text)
        return self.text[start:end]

    def tight(self, place: int) -> bool:
        """Whether a word goes on with the name before it: only a space, a hyphen or an abbreviation's dot between."""
        gap = self.gap(place)
        return gap <= Gap.JOINT or (
            gap is Gap.STOP
            and 0 < place < len(self.words)
            and len(self.words[place - 1]) == 1
            and self.between(place) in (". ", ".")
        )

    def places(self, start: int, end: int) -> range:
        """The words that lie in a stretch of the text, wholly or in part."""
        return range(bisect_right(self.ends, start), bisect_left(self.starts, end))

    def written(self, first: int, last: int) -> str:
        """The text from the first to the last word."""
        return self.text[self.starts[first] : self.ends[last]]


class _Tokens(Sequence[Token]):
    def __init__(self, passage: Passage) -> None:
        self._passage = passage

    def __len__(self) -> int:
        return len(self._passage.words)

    def __iter__(self) -> Iterator[Token]:
        return map(Token, self._passage.words, self._passage.starts, self._passage.ends)

    @overload
    def __getitem__(self, place: int) -> Token: ...
    @overload
    def __getitem__(self, place: slice) -> list[Token]: ...
    def __getitem__(self, place: int | slice) -> Token | list[Token]:
        whole = self._passage
        if isinstance(place, slice):
            return list(map(Token, whole.words[place], whole.starts[place], whole.ends[place]))
        return Token(whole.words[place], whole.starts[place], whole.ends[place])
