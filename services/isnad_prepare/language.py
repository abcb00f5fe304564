"""Which language a text is in, by py3langid's model (pure, but for the model that is read once).

The choice is between the languages that Arabic agencies publish in and their neighbours; among all that the model
knows, short Arabic headlines are taken for a dialect.
"""

from functools import cache
from typing import Protocol

UNDETERMINED = "und"

_SAMPLE_CHARACTERS = 400
"""More make no difference on news, and cost as much again."""

_LEAST_LETTERS = 12

_LANGUAGES = (
    "am", "ar", "az", "bg", "bn", "bs", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ha", "he",
    "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "kk", "ko", "ku", "ky", "lt", "lv", "mk", "ms", "nl", "no",
    "pl", "ps", "pt", "ro", "ru", "sdh", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "te", "tg", "th", "tk",
    "tr", "ug", "uk", "ur", "uz", "vi", "zh",
)  # fmt: skip

_TAGS = {"sdh": "ckb"}
"""The model has Southern Kurdish only, and knows Sorani, which the agencies write, as that."""


class _Identifier(Protocol):
    def classify(self, text: str, /) -> tuple[str, float]: ...


def detect(text: str) -> str:
    """Return the BCP 47 tag of the language of a text; `und` where it is too short to tell."""
    sample = text[:_SAMPLE_CHARACTERS]
    if sum(character.isalpha() for character in sample) < _LEAST_LETTERS:
        return UNDETERMINED
    label, _ = _identifier().classify(sample)
    return _TAGS.get(label, label)


@cache
def _identifier() -> _Identifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # it has no stubs

    identifier: LanguageIdentifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=0.5)
    identifier.set_languages(_LANGUAGES)
    return identifier  # type: ignore[no-any-return]
