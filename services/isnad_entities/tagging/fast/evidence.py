"""What can be seen in a word by itself: the features of a word type, as strings (pure).

Form (the word, its ends, what clitics leave of it), what the lists know, and its classes in unlabelled news.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from isnad_entities.lists.lexicon import Lexicon
from isnad_entities.lists.vocabulary import Facts, Vocabulary
from isnad_entities.tagging.fast.classes import Classes
from isnad_entities.words.clitics import splits

_LONGEST_END = 4
_LONGEST_COUNTED = 9
_OFTEN = 2
"""Listed names in more than so many of which a word stands say more than those in one."""

_PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل")
_SUFFIXES = ("يه", "ها", "هم", "ات", "ين", "ون", "ان", "ه", "ي", "ا")
_SHORTEST_STEM = 3

_FACTS = (
    "ordinary", "verb", "family", "particle", "nationality", "title", "between", "misshapen", "unlike_name",
)  # fmt: skip


class Evidence:
    """Knows the features of word types."""

    def __init__(self, listed: Lexicon, agencies: Lexicon, known: Vocabulary, classes: Classes) -> None:
        self._listed = listed
        self._agencies = agencies
        self._vocabulary = known
        self._classes = classes

    def of(self, word: str) -> list[str]:
        """Return the features of a normalised word, each once, in a fixed order."""
        return list(dict.fromkeys((*self._form(word), *self._lists(word), *self._classes.of(word))))

    def profile(self, word: str) -> str:
        """Return the facts of a word and its shortest listed name in one string; there are a few hundred."""
        facts = self._vocabulary.facts(word)
        flags = "".join("01"[getattr(facts, name)] for name in _FACTS)
        alone = next(self._alone(word), "")
        return f"{flags}{facts.given}{'c' if facts.name_cuts else ''}/{alone}"

    def _form(self, word: str) -> Iterator[str]:
        yield f"word={word}"
        for size in range(1, min(_LONGEST_END, len(word) - 1) + 1):
            yield f"p{size}={word[:size]}"
            yield f"s{size}={word[-size:]}"
        yield f"length={min(len(word), _LONGEST_COUNTED)}"
        if not "ء" <= word[0] <= "ي":
            yield "digits" if word.isdigit() else "latin" if word.isascii() else "other letters"
        if word.startswith("ال"):
            yield "article"
            yield f"rest={word[2:]}"
        for cut, rest in splits(word):
            if cut:
                yield f"clitics={word[:cut]}"
                yield f"rest={rest}"
        yield f"stem={_stem(word)}"

    def _lists(self, word: str) -> Iterator[str]:
        facts = self._vocabulary.facts(word)
        yield from (f"is {name}" for name in _FACTS if getattr(facts, name))
        yield from _of_person(facts)
        yield f"profile={self.profile(word)}"
        rests = [rest for cut, rest in splits(word) if cut]
        for rest in rests:
            behind = self._vocabulary.facts(rest)
            if behind.of_person:
                yield "rest is of a person"
            if behind.nationality:
                yield "rest is nationality"
        kinds = self._triggers.get(word, ())
        yield from (f"trigger={kind}" for kind in kinds)
        for rest in rests:
            yield from (f"trigger after clitics={kind}" for kind in self._triggers.get(rest, ()) if kind not in kinds)
        yield from (f"listed={name}" for name in self._alone(word))
        if any(len(pattern.words) == 1 for _, pattern in self._agencies.starts(word)):
            yield "agency"
        for place, count in self._inside.get(word, {}).items():
            yield f"in listed={place}"
            if count > _OFTEN:
                yield f"often in listed={place}"
        for rest in rests:
            yield from (f"rest in listed={place}" for place in self._inside.get(rest, {}))

    def _alone(self, word: str) -> Iterator[str]:
        """The kinds of listed names that are this word alone."""
        for cut, pattern in self._listed.starts(word):
            if len(pattern.words) == 1:
                marks = (pattern.framed, pattern.minor, pattern.silent, cut > 0)
                yield pattern.entity.type + "".join(mark for mark, is_so in zip("fmsc", marks, strict=True) if is_so)

    @cached_property
    def _triggers(self) -> Mapping[str, Sequence[str]]:
        """The kinds of triggers that a word is."""
        found: dict[str, list[str]] = {}
        for kind in sorted(self._vocabulary.triggers):
            for word in self._vocabulary.triggers[kind]:
                found.setdefault(word, []).append(kind)
        return found

    @cached_property
    def _inside(self) -> Mapping[str, Mapping[str, int]]:
        """For words of listed names that have several: type and place (first, middle, last), and how many."""
        found: dict[str, dict[str, int]] = {}
        for pattern in self._listed:
            for place, word in enumerate(pattern.words if len(pattern.words) > 1 else ()):
                where = "first" if place == 0 else "last" if place == len(pattern.words) - 1 else "middle"
                held = found.setdefault(word, {})
                kind = f"{pattern.entity.type} {where}"
                held[kind] = held.get(kind, 0) + 1
        return found


def _of_person(facts: Facts) -> Iterator[str]:
    yield "unknown" if facts.unknown else "known"
    if facts.given:
        yield f"given={facts.given}"
    elif facts.name_cuts:
        yield "given after clitics"
    if facts.of_person:
        yield "of a person"


def _stem(word: str) -> str:
    """The word without the usual beginnings and ends, as far as three letters stay."""
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= _SHORTEST_STEM:
            word = word[len(prefix) :]
            break
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            return word[: -len(suffix)]
    return word
