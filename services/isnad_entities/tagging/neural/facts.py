"""What the lists know of a word by itself, as a row of yes and no (pure).

A model names the facts that it was trained with, so that lists may grow without changing what its numbers mean.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from isnad.errors import SetupError
from isnad_entities.lists.files import sections
from isnad_entities.lists.vocabulary import Facts, Vocabulary
from isnad_entities.words.clitics import splits

_PLAIN: dict[str, Callable[[Facts], bool]] = {
    "ordinary": lambda facts: facts.ordinary,
    "verb": lambda facts: facts.verb,
    "given, ordinary too": lambda facts: facts.given == 1,
    "given": lambda facts: facts.given > 1,
    "family": lambda facts: facts.family,
    "particle": lambda facts: facts.particle,
    "nationality": lambda facts: facts.nationality,
    "title": lambda facts: facts.title,
    "between": lambda facts: facts.between,
    "misshapen": lambda facts: facts.misshapen,
    "unlike a name": lambda facts: facts.unlike_name,
    "clitic and given": lambda facts: any(facts.name_cuts),
}
_TRIGGER, _AFTER_CLITIC, _LISTED = "trigger: ", "clitic and trigger: ", "listed: "


class WordFacts:
    """Facts of normalised words."""

    def __init__(self, vocabulary: Vocabulary, names: Sequence[str] | None = None) -> None:
        """Prepare the facts of these names; None is all that the lists have.

        Raises:
            SetupError: a name is of no fact that the lists have.
        """
        self._vocabulary = vocabulary
        self._listed = sections("ordinary")
        known = self._all_names()
        self.names = tuple(known if names is None else names)
        unknown = [name for name in self.names if name not in known]
        if unknown:
            raise SetupError(
                f"The model asks the lists for {unknown[0]!r}, which they don't have: it is of another version of "
                "isnad. Train it anew: isnad entities train --help"
            )
        self._plain = [(number, _PLAIN[name]) for number, name in enumerate(self.names) if name in _PLAIN]
        self._by_word: dict[str, list[int]] = {}
        self._by_rest: dict[str, list[int]] = {}
        for number, name in enumerate(self.names):
            if name not in _PLAIN:
                columns = self._by_rest if name.startswith(_AFTER_CLITIC) else self._by_word
                for word in self._words(name):
                    columns.setdefault(word, []).append(number)

    def row(self, word: str) -> NDArray[np.float32]:
        """Return 1 for each fact that is true of a normalised word, else 0, in the order of `names`."""
        found = np.zeros(len(self.names), np.float32)
        facts = self._vocabulary.facts(word)
        true = [number for number, holds in self._plain if holds(facts)]
        true += self._by_word.get(word, ())
        for cut, rest in splits(word):
            if cut:
                true += self._by_rest.get(rest, ())
        found[true] = 1
        return found

    def _all_names(self) -> list[str]:
        names = list(_PLAIN)
        for trigger in sorted(self._vocabulary.triggers):
            names += [_TRIGGER + trigger, _AFTER_CLITIC + trigger]
        return names + [_LISTED + section for section in sorted(self._listed)]

    def _words(self, name: str) -> frozenset[str]:
        for start, held in (
            (_TRIGGER, self._vocabulary.triggers),
            (_AFTER_CLITIC, self._vocabulary.triggers),
            (_LISTED, self._listed),
        ):
            if name.startswith(start):
                return held[name.removeprefix(start)]
        raise KeyError(name)
