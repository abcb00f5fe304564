"""The names of news agencies, and where they stand in a passage (pure; the list is `data/agencies.tsv`).

A look-up costs one test per word: only where a word can begin an agency's name are names compared.
"""

from collections.abc import Iterable, Iterator
from functools import cache

from isnad.text.words import words
from isnad_entities.lists.files import spellings, table
from isnad_entities.lists.lexicon import Lexicon, Match, agencies
from isnad_entities.words.clitics import with_clitics
from isnad_entities.words.passage import Passage


class Agencies:
    """Finds the names of agencies."""

    def __init__(self, names: Lexicon, doubtful: Iterable[tuple[str, ...]], first_words: Iterable[str]) -> None:
        """Look for `names`; all of them begin with one of the `first_words`, clitics or none before it."""
        self._names = names
        self._doubtful = frozenset(doubtful)
        self._openings = frozenset(
            form for word in set(first_words) for form in with_clitics(word) if names.starts(form)
        )

    def places(self, passage: Passage) -> list[int]:
        """Return the words at which an agency's name may begin, in order."""
        openings = self._openings
        return [place for place, word in enumerate(passage.words) if word in openings]

    def match(self, passage: Passage, place: int) -> Iterator[Match]:
        """Return the agencies' names that stand at a word, the longest first."""
        return self._names.match(passage, place)

    def framed(self, passage: Passage, place: int) -> Match | None:
        """Return the longest name at a word as it stands where no sentence is: nothing before it but «and»."""
        for match in self.match(passage, place):
            clean = not match.cut or (match.cut == 1 and passage.word(place).startswith("و"))
            if clean and not _is_part_of_letters(passage, match):
                return match
        return None

    def is_doubtful(self, match: Match) -> bool:
        """Whether the name is a person's or a word of the language too: «فارس», «معا», «الوطنية»."""
        return match.pattern.words in self._doubtful


def _is_part_of_letters(passage: Passage, match: Match) -> bool:
    """Whether a name of single letters goes on with another one: «أ ب» in «إ ب أ», which is another agency."""
    if any(len(word) > 1 for word in match.pattern.words):
        return False
    before, after = match.first - 1, match.last + 1
    return (len(passage.word(before)) == 1 and passage.tight(match.first)) or (
        len(passage.word(after)) == 1 and passage.tight(after)
    )


@cache
def known_agencies() -> Agencies:
    """Return the agencies of the data file, read once."""
    rows = list(table("agencies"))
    doubtful = (tuple(words(spelling)) for row in rows for spelling in spellings(row["doubtful"]))
    names = (
        name for row in rows for name in (row["canonical"], *spellings(row["variants"]), *spellings(row["framed"]))
    )
    return Agencies(agencies(), doubtful, (words(name)[0] for name in names))
