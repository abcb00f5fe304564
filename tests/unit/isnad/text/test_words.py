"""What one character counts as in a word."""

import pytest

from isnad.text.words import letters_of


@pytest.mark.parametrize(
    ("character", "letters"),
    [
        ("ا", "ا"),
        ("أ", "ا"),
        ("ة", "ه"),
        ("٣", "3"),
        ("A", "a"),
        ("ﻻ", "لا"),  # a ligature
        ("ﷲ", "الله"),
        ("𐐀", "𐐨"),  # Deseret, above U+FFFF, has lower case too
        ("²", "²"),
    ],
)
def test_a_letter_or_digit_counts_as_its_normalised_ones(character: str, letters: str):
    assert letters_of(character) == letters


@pytest.mark.parametrize(
    "character", ["\N{ARABIC TATWEEL}", "\N{ARABIC FATHA}", "\N{ZERO WIDTH JOINER}", "\N{RIGHT-TO-LEFT MARK}"]
)
def test_what_is_not_a_letter_but_within_words_vanishes(character: str):
    assert letters_of(character) == ""


@pytest.mark.parametrize("character", [" ", "،", "_", "😀", "\ud800"])
def test_what_else_there_is_separates_words(character: str):
    assert letters_of(character) is None
