"""Reading a text into words: the same words as everywhere in isnad, and what stands between them."""

import pytest

from isnad.text.words import tokens
from isnad_entities.words.passage import Gap, Passage

SPACE, JOINT, QUOTE, COMMA, STOP = Gap

STRANGE = [
    "",
    " \n.",
    "وَصَلَ الرئيسُ ١٢٣ إلى بيـــروت",
    "x\u064b y\u200f\u200f.z ـabc_d",
    "ﷲ أكبر ﷺ وﻻ غير",
    "\U0001d7ce\U00010400 \ud800 ٣٫٥",
    "ﹰ\u064e ا\u064e",
]


@pytest.mark.parametrize("text", STRANGE)
def test_words_and_their_places_are_those_of_all_isnad(text: str) -> None:
    """The compiled pass agrees with the regular expression, on what is hard to tell apart too."""
    assert list(Passage.of("body", text).tokens) == tokens(text)


def test_every_character_is_read_as_everywhere() -> None:
    """Whether a character joins, parts or vanishes is decided alike, for all scripts and forms that news have."""
    text = "ا ".join(f"ب{chr(code)}ت" for code in (*range(0x3000), *range(0xFB50, 0x10000), *range(0x1D7C0, 0x1F000)))
    assert list(Passage.of("body", text).tokens) == tokens(text)


@pytest.mark.parametrize(
    ("between", "gap"),
    [
        (" ", SPACE),
        ("  \u200f", SPACE),
        (" ـ_ ", SPACE),
        ("\n", STOP),
        ("-", JOINT),
        (".", JOINT),
        ("’", JOINT),
        (" - ", COMMA),
        ("/", COMMA),
        ("، ", COMMA),
        (" «", QUOTE),
        ("» (", QUOTE),
        ("», ", COMMA),
        (" (ـ", QUOTE),
        (". ", STOP),
        ("\u064b ", COMMA),
        ("»: «", STOP),
        ("|", STOP),
    ],
)
def test_gaps(between: str, gap: Gap) -> None:
    """What stands between two words is the loosest of its marks; a vowel mark behind a word counts as one."""
    assert Passage.of("body", f"باريس{between}لندن").gaps == [STOP, gap]


def test_a_part_is_read_as_if_it_stood_alone() -> None:
    """Words, places and gaps of a paragraph are those of the same text by itself."""
    above, text = "أولا، ثانيا.\n", "قال (سيرغي) لافروف - أمس"
    whole = Passage.of("body", above + text + "\nثالثا")
    assert whole.part(2, 6, len(above), len(above + text)) == Passage.of("body", text)
