"""Whether a word is a form of a listed one, and whether its form can be a name's (pure).

No analysis in the strict sense: prefixes and suffixes that Arabic puts to its words are tried one after another, much
as light stemmers do (Larkey, Ballesteros, Connell 2002), and what is left is looked up.
"""

import re
from collections.abc import Set as AbstractSet

_PREFIXES = frozenset({
    "", "و", "ف", "ب", "ل", "ك", "س", "ال", "وال", "بال", "لل", "فال", "كال", "ولل", "وبال", "وب", "ول", "وك", "وس",
    "فس", "فل", "فب", "ا", "وا", "فلل", "فبال",
})  # fmt: skip
_SUFFIXES = frozenset({
    "ه", "ها", "هم", "هما", "هن", "نا", "ي", "ك", "كم", "ا", "ان", "ين", "ون", "ات", "ت", "وا", "تا", "تان", "تين",
    "ته", "تها", "تهم", "تهما", "تنا", "تي", "اته", "اتها", "اتهم", "اتنا", "وه", "وها", "يه", "يا",
    "ني", "نه", "نها", "نهم",
})  # fmt: skip
_LONGEST_PREFIX = max(map(len, _PREFIXES))
_LONGEST_SUFFIX = max(map(len, _SUFFIXES))
_VERB_PREFIXES = ("", "و", "ف", "س", "وس", "فس")
_VERB_SUFFIXES = ("ت", "وا", "ا", "ون")
_PAST_ENDINGS = ("ت", "وا")
_PERSONS = "يتنا"
"""Letters that the present tense begins with."""

_SHORTEST_STEM = 3
_SHORTEST_VERB = 2
_ROOT_AND_PREFIX = 4
_LETTERS = frozenset("ءابتثجحخدذرزسشصضطظعغفقكلمنهويپچژگڤ")
_VERBAL_NOUN = re.compile(r"(?:ال|لل)?(?:ت..ي.|ا.ت.ا.|است..ا.|ان..ا.|م.ا..ه|ت.ا..|ت..ي.ات|ا.ت.ا.ات|ا..ا.ات)")
"""Forms that verbal nouns have and names hardly ever: «تخفيف», «التزام», «انفجار», «مبادرة»."""

_NO_NAME_PREFIXES = (
    "ست", "سي", "تت", "تست", "است", "يت", "وال", "بال", "لل", "فال", "كال", "وب", "ول", "سن",
)  # fmt: skip
_DESCRIBING_ENDINGS = ("يون", "يين", "يه", "يات", "ات", "تها", "تهم", "هما", "ين", "ون", "اء")


class Inflection:
    """Knows the forms of the listed words."""

    def __init__(self, stems: AbstractSet[str], verbs: AbstractSet[str]) -> None:
        """Take the words as they are listed, the verbs in the past and the present among them."""
        self._stems = stems
        self._verbs = verbs

    def is_ordinary(self, word: str) -> bool:
        """Whether the word is listed, as it is or with prefixes and suffixes."""
        for letters in range(_LONGEST_PREFIX + 1):
            rest = word[letters:]
            if word[:letters] not in _PREFIXES or len(rest) < _SHORTEST_VERB:
                continue
            if rest in self._stems or self._is_present(rest):
                return True
            for at in range(len(rest) - 1, max(len(rest) - _LONGEST_SUFFIX, 0) - 1, -1):
                if rest[at:] in _SUFFIXES and self._is_stem(rest[:at], rest[at:]):
                    return True
        return False

    def is_verb(self, word: str) -> bool:
        """Whether the word is a form of a listed verb."""
        for prefix in _VERB_PREFIXES:
            rest = word[len(prefix) :]
            if not word.startswith(prefix) or len(rest) < _SHORTEST_VERB:
                continue
            if rest in self._verbs or self._is_present(rest):
                return True
            for suffix in _VERB_SUFFIXES:
                base = rest.removesuffix(suffix)
                if base != rest and (self._is_past(base) or self._is_present(base)):
                    return True
        return False

    def _is_stem(self, base: str, suffix: str) -> bool:
        """Whether the suffix may have been put to this."""
        if suffix in _PAST_ENDINGS and self._is_past(base):
            return True
        if len(base) < _SHORTEST_STEM:
            return False
        return base in self._stems or base + "ه" in self._stems or self._is_present(base)

    def _is_past(self, base: str) -> bool:
        """«شن» of «شنت»; and of «أعطت», where the weak last letter is gone."""
        return len(base) >= _SHORTEST_VERB and (base in self._verbs or base + "ي" in self._verbs)

    def _is_present(self, word: str) -> bool:
        return word[:1] in _PERSONS and len(word) > 1 and "ي" + word[1:] in self._verbs


def is_misshapen(word: str) -> bool:
    """Whether the form is no name's: other letters, a verb's, a verbal noun's, a clitic and the article."""
    if len(word) < _SHORTEST_VERB or not _LETTERS.issuperset(word) or word.startswith(("ي", "و")):
        return True
    if word.startswith(_NO_NAME_PREFIXES) and len(word) > _ROOT_AND_PREFIX:
        return True
    return _VERBAL_NOUN.fullmatch(word) is not None


def is_described(word: str) -> bool:
    """Whether it is a plural or an adjective with the article, which no person is called by."""
    return word.startswith("ال") and word.endswith(_DESCRIBING_ENDINGS)
