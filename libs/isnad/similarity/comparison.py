"""Two texts side by side: how much they share, exactly, and which stretches of each stand in the other (pure).

Counted on the shingles themselves and not on their hashes, in plain Python: whoever only explains a link needs neither
the compiled index nor the packages that it needs.

The stretches are the maximal runs of words that stand in both texts. Those of one text are found in one pass through
the suffix automaton of the other (Blumer et al. 1985, "The smallest automaton recognizing the subwords of a text"): at
each word it knows the longest run that ends there and stands in the other text (Chang and Lawler 1994, "Sublinear
approximate string matching", call these lengths matching statistics). Of runs that overlap as few are kept as cover
all. Time and memory grow with the texts' lengths alone, also where a text repeats itself a thousand times.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from isnad.messages import Span
from isnad.text.words import Token, tokens

SHINGLE_WORDS = 5
"""As in `shingles.py`; a test holds both together."""

LEAST_SHARE = 0.3
"""Containment from which on dedup links two articles: as in `index.py`; a test holds both together."""

_Shingle = tuple[str, ...]
_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The same words in two texts."""

    here: Span
    """In the text, in code points; so `there`."""
    there: Span
    """In the other."""
    words: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a text and another share. Shares are parts of distinct five-word shingles, 0 to 1.

    Texts too short for a shingle share all where they are the same words, else nothing.
    """

    size: int
    """Distinct shingles of the text."""
    other_size: int
    """Distinct shingles of the other."""
    shared: int
    """Distinct shingles that stand in both."""
    same: bool
    """Whether both are the same words, and not none."""
    stretches: tuple[Stretch, ...]
    """Longest first (in words), then in the order of the text."""

    @property
    def contained(self) -> float:
        """The share of the text that stands in the other."""
        return self.shared / self.size if self.size else float(self.same)

    @property
    def contains(self) -> float:
        """The share of the other that stands in the text."""
        return self.shared / self.other_size if self.other_size else float(self.same)

    @property
    def containment(self) -> float:
        """The greater of the two."""
        return max(self.contained, self.contains)

    @property
    def jaccard(self) -> float:
        """Shared shingles ÷ all shingles of both."""
        union = self.size + self.other_size - self.shared
        return self.shared / union if union else float(self.same)


def compare(text: str, other: str, most: int | None = None) -> Comparison:
    """Compare two texts, word by normalised word.

    Every occurrence of a shared shingle lies within a stretch, in both texts, and no stretch holds a word that belongs
    to none. A run that a text repeats is paired in order: the first with the first of the other text, the second with
    the second; those that are left over, with the last.

    Args:
        text: one text.
        other: another.
        most: at most so many stretches, the longest; None gives all.
    """
    placed, other_placed = tokens(text), tokens(other)
    here, there = _words(placed), _words(other_placed)
    shingles, other_shingles = set(_shingles(here)), set(_shingles(there))
    shared = shingles & other_shingles
    found = [
        Stretch(_span(placed, start, length), _span(other_placed, other_start, length), length)
        for start, other_start, length in _pairs(here, there, shared)
    ]
    found.sort(key=lambda one: (-one.words, one.here.start, one.there.start))
    return Comparison(
        len(shingles), len(other_shingles), len(shared), bool(here) and here == there, tuple(found[:most])
    )


def shingle_count(text: str) -> int:
    """Return how many distinct shingles a text has."""
    return len(set(_shingles(_words(tokens(text)))))


def _words(placed: Iterable[Token]) -> _Words:
    return tuple(token.word for token in placed)


def _shingles(words: _Words) -> Iterator[_Shingle]:
    return zip(*(words[place:] for place in range(SHINGLE_WORDS)), strict=False)


def _span(placed: Sequence[Token], start: int, length: int) -> Span:
    return Span(placed[start].start, placed[start + length - 1].end)


def _pairs(here: _Words, there: _Words, shared: set[_Shingle]) -> Iterator[tuple[int, int, int]]:
    """Yield the places of each run in both texts, and its length in words."""
    if not shared:
        return
    zones, other_zones = _zones(here, shared), _zones(there, shared)
    runs = _by_words(here, _runs(here, zones, _Automaton(there, other_zones)))
    other_runs = _by_words(there, _runs(there, other_zones, _Automaton(here, zones)))
    for words in {**runs, **other_runs}:
        # A run that is a part of a longer one wherever it stands in the other text is none of the other's own runs.
        ours, theirs = runs.get(words, []), other_runs.get(words, [])
        starts = [run.start for run in ours] or [theirs[0].other_start]
        other_starts = [run.start for run in theirs] or [ours[0].other_start]
        for nth in range(max(len(starts), len(other_starts))):
            yield starts[min(nth, len(starts) - 1)], other_starts[min(nth, len(other_starts) - 1)], len(words)


def _zones(words: _Words, shared: set[_Shingle]) -> list[tuple[int, int]]:
    """Return the stretches of words that belong to shared shingles: first word, and the one after the last."""
    zones: list[tuple[int, int]] = []
    for start, shingle in enumerate(_shingles(words)):
        if shingle in shared:
            begin = zones.pop()[0] if zones and zones[-1][1] > start else start
            zones.append((begin, start + SHINGLE_WORDS))
    return zones


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that stand in both texts and can't be made longer, at neither end."""

    start: int
    length: int
    other_start: int
    """Where they stand first in the other text."""


def _by_words(words: _Words, runs: Iterable[_Run]) -> dict[_Words, list[_Run]]:
    """Return the runs by what they say; no word is in more than a few of them."""
    grouped: dict[_Words, list[_Run]] = {}
    for run in runs:
        grouped.setdefault(words[run.start : run.start + run.length], []).append(run)
    return grouped


def _runs(words: _Words, zones: Iterable[tuple[int, int]], other: "_Automaton") -> list[_Run]:
    """Return as few runs as hold all shingles that stand in the other text, in their order."""
    kept: list[_Run] = []
    covered = 0
    last: _Run | None = None
    for run in _maximal_runs(words, zones, other):
        # The first shingle that is not covered yet is left to the run that reaches farthest behind it.
        if last is not None and run.start > covered:
            kept.append(last)
            covered = last.start + last.length - SHINGLE_WORDS + 1
        last = run
    return [*kept, last] if last is not None else kept


def _maximal_runs(words: _Words, zones: Iterable[tuple[int, int]], other: "_Automaton") -> Iterator[_Run]:
    """Yield all runs of a shingle at least, in their order; each begins and ends later than the one before it."""
    for begin, end in zones:
        state, length = 0, 0
        for place in range(begin, end):
            state_after, length_after = other.step(state, length, words[place])
            if length_after <= length and length >= SHINGLE_WORDS:
                yield _Run(place - length, length, other.start(state, length))
            state, length = state_after, length_after
        if length >= SHINGLE_WORDS:
            yield _Run(end - length, length, other.start(state, length))


class _Automaton:
    """The suffix automaton of some stretches of a text: knows every run of words in them.

    A state stands for all runs that end at the same places; state 0 is the empty run. Built word by word in a time that
    grows with their number.
    """

    def __init__(self, words: _Words, zones: Iterable[tuple[int, int]]) -> None:
        self._next: list[dict[str, int]] = [{}]
        self._link = [-1]
        """The state of the longest run at the end of this one that also ends elsewhere."""
        self._longest = [0]
        """Length of the state's longest run."""
        self._end = [0]
        """Where its runs end first: the word after them."""
        for begin, end in zones:
            state = 0
            for place in range(begin, end):
                state = self._extend(state, words[place], place + 1)

    def step(self, state: int, length: int, word: str) -> tuple[int, int]:
        """Return state and length of the longest run at the end of this one with the word behind it."""
        while word not in self._next[state]:
            if not state:
                return 0, 0
            state = self._link[state]
            length = self._longest[state]
        return self._next[state][word], length + 1

    def start(self, state: int, length: int) -> int:
        """Return where a run of the state, of that length, stands first."""
        return self._end[state] - length

    def _extend(self, last: int, word: str, end: int) -> int:
        known = self._next[last].get(word)
        if known is not None:
            # A later stretch begins as one did before.
            return known if self._longest[known] == self._longest[last] + 1 else self._clone(last, word, known)
        new = self._add({}, 0, self._longest[last] + 1, end)
        state = last
        while state >= 0 and word not in self._next[state]:
            self._next[state][word] = new
            state = self._link[state]
        if state >= 0:
            known = self._next[state][word]
            straight = self._longest[known] == self._longest[state] + 1
            self._link[new] = known if straight else self._clone(state, word, known)
        return new

    def _clone(self, state: int, word: str, known: int) -> int:
        """Divide a state: its shorter runs now end at one place more than its longer ones."""
        clone = self._add(dict(self._next[known]), self._link[known], self._longest[state] + 1, self._end[known])
        self._link[known] = clone
        while state >= 0 and self._next[state].get(word) == known:
            self._next[state][word] = clone
            state = self._link[state]
        return clone

    def _add(self, following: dict[str, int], link: int, longest: int, end: int) -> int:
        self._next.append(following)
        self._link.append(link)
        self._longest.append(longest)
        self._end.append(end)
        return len(self._next) - 1
