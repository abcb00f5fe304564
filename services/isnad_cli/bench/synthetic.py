"""As many articles as wanted, made from the sentences of a few: unrelated ones, and copies planted among them (pure).

A text is never kept: it is made anew from its number, so that a million of them take little memory.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isnad_dedup.matching.events import Arrival

Kind = Literal["whole", "cut", "wrapped"]

KINDS: tuple[Kind, ...] = ("whole", "cut", "wrapped")
"""How a planted text is made of an earlier one: all of it, its first third, or all of it between sentences of its own
(a quarter of its length, two at least)."""

_PLANT_EVERY = 20
_KEPT = 3
_AS_WRITTEN = 1 / 16
_STRETCH = 4_000
_RECURRING = 250
_SET_SENTENCES = 50
_WITH_SET_SENTENCE = 0.1
_SET_FALL = 1.3
_OTHER_WORDS = 1 << 20
_STRIDE = 1_000_003
_OUTLETS = 20
_SPAN = timedelta(days=24)
_START = datetime(2020, 1, 1, tzinfo=UTC)

_SENTENCE_END = re.compile(r"(?<=[.!؟؛\n])\s+")


@dataclass(frozen=True, slots=True)
class Planted:
    """From which earlier text a planted one was made, and how."""

    origin: int
    kind: Kind


class SyntheticLog:
    """Articles 0 to `count` - 1 of a log that never was.

    A text has as many sentences as some real article, drawn from all sentences of the corpus. Every fourth word is
    another one's (words come as often as in the corpus), because a corpus has too few sentences: in a million texts
    each would come dozens of times, as sentences of unrelated articles never do. One sentence in 16 stays as it is
    written, and is one of 250 that recur within 4,000 texts, then of 250 others: what articles have in common they have
    with those of the same days. Every tenth text ends with one of 50 set sentences, the most frequent of which 3 % of
    all texts have, wherever they stand. So, of 15,000 texts, .5 % of the shingles are in 64 and more, and a text shares
    .3 with .84 texts before it, 79 % of them among the last 4,000. In July 2015 of SaudiNewsNet it is .3 %, .97 and
    85 %. Every twentieth text is planted, made of one anywhere before it. Ids are as long as those of real articles,
    and the append times are spread over 24 days.

    The same corpus, count and seed give the same log.
    """

    def __init__(self, texts: Sequence[str], count: int, seed: int = 1, *, verbatim: bool = False) -> None:
        """Draw what is needed; `verbatim` leaves all sentences as they are written.

        Raises:
            ValueError: there is no sentence in the texts.
        """
        draw = np.random.default_rng(seed)
        self._count = count
        self._sentences: list[str] = []
        self._pieces: list[tuple[list[str], int]] = []
        words_once: dict[str, str] = {}
        all_words: list[str] = []
        lengths: list[int] = []
        for text in texts:
            sentences = [one for one in _SENTENCE_END.split(text) if one.strip()]
            self._sentences += sentences
            lengths += [len(sentences)] if sentences else []
            for sentence in sentences:
                words = [words_once.setdefault(word, word) for word in sentence.split()]
                self._pieces.append(_pieces(words))
                all_words += words
        if not all_words:
            raise ValueError("there is no sentence in the texts")
        places = draw.integers(0, len(all_words), _OTHER_WORDS)
        self._other_words = [all_words[place] for place in places.tolist()]
        self._starts = np.concatenate(([0], np.cumsum(draw.choice(lengths, count))))
        self._chosen = draw.integers(0, len(self._sentences), self._starts[-1], np.int32)
        self._as_written = draw.random(self._chosen.size, np.float32) < (1.0 if verbatim else _AS_WRITTEN)
        if not verbatim:
            self._let_recur()
        weights = np.arange(1, _SET_SENTENCES + 1) ** -_SET_FALL
        self._set_sentence = draw.choice(_SET_SENTENCES, count, p=weights / weights.sum()).astype(np.int8)
        self._set_sentence[draw.random(count) >= _WITH_SET_SENTENCE] = -1
        self._origins = _origins(draw, count)

    def _let_recur(self) -> None:
        """Make each sentence that stays as it is written one of the few that recur in its stretch of the log."""
        kept = np.flatnonzero(self._as_written)
        stretch = (np.searchsorted(self._starts, kept, side="right") - 1) // _STRETCH
        one_of = stretch * _RECURRING + self._chosen[kept] % _RECURRING
        self._chosen[kept] = one_of % len(self._sentences)

    def __len__(self) -> int:
        return self._count

    def planted(self, number: int) -> Planted | None:
        """Return how the text was made of an earlier one; None where it was not."""
        if not _is_planted(number):
            return None
        return Planted(int(self._origins[number // _PLANT_EVERY]), KINDS[number // _PLANT_EVERY % len(KINDS)])

    def text(self, number: int) -> str:
        """Return the body of an article."""
        planted = self.planted(number)
        if planted is None:
            return " ".join(self._own(number))
        origin = self._own(planted.origin)
        if planted.kind == "whole":
            return " ".join(origin)
        if planted.kind == "cut":
            words = " ".join(origin).split()
            return " ".join(words[: -(-len(words) // 3)])
        own = self._own(number)[: max(2, len(origin) // 4)]
        half = -(-len(own) // 2)
        return " ".join([*own[:half], *origin, *own[half:]])

    def article(self, number: int) -> Arrival:
        """Return the article of a number, as it stands in the log."""
        text = self.text(number)
        appended_at = _START + _SPAN * (number / self._count)
        return Arrival(
            id=article_id(number),
            source=f"outlet{number % _OUTLETS:02}",
            title=text[:60],
            body=text,
            published_at=appended_at,
            appended_at=appended_at,
        )

    def _own(self, number: int) -> list[str]:
        """Return the sentences that were drawn for a text."""
        first, end = self._starts[number : number + 2].tolist()
        chosen = self._chosen[first:end].tolist()
        as_written = self._as_written[first:end].tolist()
        place = number * _STRIDE
        made: list[str] = []
        for sentence, kept in zip(chosen, as_written, strict=True):
            if kept:
                made.append(self._sentences[sentence])
                continue
            pieces, others = self._pieces[sentence]
            mixed = [""] * (len(pieces) + others)
            mixed[::2] = pieces
            mixed[1::2] = self._words_from(place, others)
            place += others
            made.append(" ".join(mixed))
        ending = int(self._set_sentence[number])
        if ending >= 0:
            made.append(self._sentences[ending % len(self._sentences)])
        return made

    def _words_from(self, place: int, count: int) -> list[str]:
        start = place % (len(self._other_words) - count)
        return self._other_words[start : start + count]


def article_id(number: int) -> str:
    """Return the id of an article; it is as long as those that isnad makes."""
    return f"outlet{number % _OUTLETS:02}:{number:020x}"


def _pieces(words: list[str]) -> tuple[list[str], int]:
    """Return three words each, and how many fourth words stood after them, where others will stand."""
    pieces = [" ".join(words[first : first + _KEPT]) for first in range(0, len(words), _KEPT + 1)]
    return pieces, len(words) // (_KEPT + 1)


def _is_planted(number: int) -> bool:
    return number % _PLANT_EVERY == _PLANT_EVERY - 1


def _origins(draw: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return for each planted text an earlier one that is not planted itself."""
    planted = np.arange(_PLANT_EVERY - 1, count, _PLANT_EVERY)
    origins: NDArray[np.int64] = draw.integers(0, planted)
    origins -= origins % _PLANT_EVERY == _PLANT_EVERY - 1
    return origins
