"""What a searched word may be without what stands before it."""

import pytest

from isnad_api.clitics import bare


@pytest.mark.parametrize(
    ("word", "readings"),
    [
        ("بسوريا", ["سوريا"]),
        ("كأميركا", ["اميركا"]),
        ("ولسوريا", ["سوريا"]),
        ("بلبنان", ["لبنان"]),
        ("فلسوريا", ["لسوريا", "سوريا"]),
        ("بِسُوريا", ["سوريا"]),
    ],
)
def test_a_preposition_is_taken_off(word, readings):
    assert bare(word) == readings


@pytest.mark.parametrize("word", ["بنك", "بلد", "كتاب", "كلام", "فكرة", "وسوريا", "سوريا", "syria", "بمصر"])
def test_a_word_too_short_or_without_one_stays(word):
    assert bare(word) == []


@pytest.mark.parametrize(
    "word",
    ["لبنان", "اللبنانية", "بطاقة", "بطاقات", "بطولتها", "وبطولة", "لاعبين", "كبيراً", "بحرية", "كوريا", "فلسطين"],
)
def test_a_word_that_begins_with_such_a_letter_keeps_it(word):
    assert bare(word) == []
