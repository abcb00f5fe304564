"""How Elasticsearch reads Arabic: the analysers of the index templates, built from rules that are data (pure).

Every text is indexed three ways:

`isnad_exact`
    as written, lower case; a word must be spelled the same.
`isnad_folded`
    in one spelling, exactly as `isnad.text.words` folds (a contract test holds both together).
`isnad_stemmed`
    folded, well-known double spellings made one, then lightly stemmed: the article and one common ending are taken
    off, and where a word may begin with a conjunction or preposition (و ف ب ل ك) it stands with *and* without it.

The last is why stemming differs between writing and searching. «بعيد» may be «far» or «on a feast»: the index keeps
both readings, a search (`isnad_stemmed_search`) asks for what was typed. So سوريا finds وسوريا and بسوريا, while a
search for فكرة does not bring everything about كرة. Lucene's `arabic_stem` (light10) always takes و off and never ب ل
ك ف, and makes سور of سورية and سورة alike; the rules here were chosen on the 4 million words of the ANT Corpus
(Chouigui et al. 2017, 2021) instead.

Only char and token filters of the stock Elasticsearch are used, by their stock names and options.
"""

import unicodedata
from typing import Any

from isnad.text.words import fold

# Double spellings in the Arabic press beyond what folding makes one, as parts of folded words so that all derived forms
# follow (الأميركية, والأميركيون). They only make words equal that differ in nothing else, so a wrong hit is rare.
VARIANTS = {
    "اميرك": "امريك",
    "ديموقراط": "ديمقراط",
    "استنبول": "اسطنبول",
    "استانبول": "اسطنبول",
    "اسطانبول": "اسطنبول",
    "انكلتر": "انجلتر",
    "انكليز": "انجليز",
    "واشنجتون": "واشنطن",
    "واشنغتون": "واشنطن",
    "اردوجان": "اردوغان",
    "نتانياهو": "نتنياهو",
    "نيتانياهو": "نتنياهو",
    "ترمب": "ترامب",
    "بيونج": "بيونغ",
    "يانج": "يانغ",
    "هونج": "هونغ",
    "كونج": "كونغ",
    "كوردستان": "كردستان",
    "موريطاني": "موريتاني",
    "كازاخستان": "كزاخستان",
    "غوغل": "جوجل",
    "قوقل": "جوجل",
    "فايسبوك": "فيسبوك",
    "تليفزيون": "تلفزيون",
    "انترنيت": "انترنت",
    "مسيول": "مسوول",
    "شيون": "شوون",
}

# What follows the letter in frequent words that only look as if they began with a conjunction or preposition.
_RADICAL = {
    "و": (
        "احد احده ادي جهه حده حدها حدات حيد حيده جود ديع زاره زارات زير سام سايل سيط صول ضعه عود فاه فيات "
        "قود كاله كالات لايه لايات لاده ليد"
    ),
    "ف": ("اصله بركه رقعه ريده عاليه عاليات عليا عليه لورانس وايد تاوي براير"),
    "ب": ("اريس حريه ريد عيد عيده عيدا كين لديه ناء يان يونغ"),
    "ل": ("جان جنه سان وحه ولا"),
    "ك": ("املا امله بيرا بيره بيرين رويه هربا ميات تلته ونهم وارث"),
}


def _clitic(letter: str) -> str:
    return rf"{letter}(?!(?:{'|'.join(_RADICAL[letter].split())})$)"


CONJUNCTION = rf"^{_clitic('و')}(.{{3,}})$"
"""و before a word of three letters or more."""
PREPOSITION = rf"^و?(?:{_clitic('ب')}|{_clitic('ل')})(.{{3,}})$"
"""ب or ل before three letters or more (بمصر, ولمصر)."""
RARE_CLITIC = rf"^(?:{_clitic('ف')}|و?{_clitic('ك')})(.{{4,}})$"
"""ف and ك take longer words: before three letters they are mostly part of the word (فكرة, كبير)."""
LAM_LAM = r"^[وف]?ل(ل.{3,})$"
"""ل, article, and a word that begins with ل: للجنة is لجنة, which the article's rule would make جنة."""
ARTICLE = r"^[وف]?(?:[بك]?ال(?!ماني)|لل)(?:ال(?!ماني))?(.{3,})$"
"""The article with what stands before it; twice for words that begin like it (الألعاب, ألعاب); ألمانيا is no ماني."""
ENDING = r"^(.{4,}?)(?:ت?(?:ها|هم)|ته|ون|ين|ان|ات)$|^(.{3,})[اه]$"
"""Plural, dual, a pronoun, ta marbuta, or the alef of سوريا and كبيراً; short words are left alone (لبنان, غزة)."""


def _rule(character: str, folded: str) -> str:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in folded)
    return f"\\u{ord(character):04x} => {escaped}"


def folding_rules() -> list[str]:
    """Return `isnad.text.words.fold` as rules of the stock `mapping` char filter, lower-casing apart."""
    rules = {}
    for code in range(0x10000):
        character = chr(code)
        if unicodedata.category(character) == "Cs":
            continue
        folded = fold(character)
        if folded != character.lower():
            rules[character] = folded
    return [_rule(character, folded) for character, folded in sorted(rules.items())]


PART = r"[^\p{L}\p{N}]"
"""What parts words. Unicode's own rules (UAX #29) would keep can't, 3.14 and foo_bar whole, and make words of ©."""


def analysis() -> dict[str, Any]:
    """Return the `analysis` part of the index settings."""
    return {
        "char_filter": {
            "isnad_fold": {"type": "mapping", "mappings": folding_rules()},
            "isnad_part": {"type": "pattern_replace", "pattern": PART, "replacement": " "},
            "isnad_variants": {"type": "mapping", "mappings": [f"{a} => {b}" for a, b in VARIANTS.items()]},
        },
        "filter": {
            "isnad_clitics": {
                "type": "pattern_capture",
                "preserve_original": True,
                "patterns": [CONJUNCTION, PREPOSITION, RARE_CLITIC, LAM_LAM],
            },
            "isnad_conjunction": {"type": "pattern_capture", "preserve_original": True, "patterns": [CONJUNCTION]},
            "isnad_article": {"type": "pattern_replace", "pattern": ARTICLE, "replacement": "$1"},
            "isnad_ending": {"type": "pattern_replace", "pattern": ENDING, "replacement": "$1$2"},
            "isnad_once": {"type": "unique", "only_on_same_position": True},
        },
        "analyzer": {
            "isnad_exact": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase"]},
            "isnad_folded": {
                "type": "custom",
                "char_filter": ["isnad_fold", "isnad_part"],
                "tokenizer": "standard",
                "filter": ["lowercase"],
            },
            "isnad_stemmed": {
                "type": "custom",
                "char_filter": ["isnad_fold", "isnad_part", "isnad_variants"],
                "tokenizer": "standard",
                "filter": ["lowercase", "isnad_clitics", "isnad_article", "isnad_ending", "isnad_once"],
            },
            "isnad_stemmed_search": {
                "type": "custom",
                "char_filter": ["isnad_fold", "isnad_part", "isnad_variants"],
                "tokenizer": "standard",
                "filter": ["lowercase", "isnad_conjunction", "isnad_article", "isnad_ending", "isnad_once"],
            },
        },
    }
