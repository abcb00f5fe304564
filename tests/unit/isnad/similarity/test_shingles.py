"""Shingle hashes are the same on every machine, compiled or not, and depend on every word and on the order."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isnad.similarity.shingles import placed, shingle_hashes, shingled, word_hash
from isnad.text.words import tokens, words

WORDS = ["ا", "دمشق", "قال", "reuters", "2018"]


def mix_by_the_book(value: int) -> int:
    """The finalizer of MurmurHash3 in whole numbers of any size: no numpy, none of the code under test."""
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ (value >> 33)) * multiplier % 2**64
    return value ^ (value >> 33)


def word_by_the_book(word: str) -> int:
    value = 0xCBF29CE484222325
    for character in word:
        value = (value ^ ord(character)) * 0x9E3779B97F4A7C15 % 2**64
    return mix_by_the_book(value)


def shingle_by_the_book(shingle: list[str]) -> int:
    powers = [0x9E3779B97F4A7C15**n for n in (4, 3, 2, 1, 0)]
    values = map(word_by_the_book, shingle)
    return mix_by_the_book(sum(value * power for value, power in zip(values, powers, strict=True)) % 2**64)


def by_the_book(some_words: list[str]) -> list[int]:
    return [shingle_by_the_book(some_words[n : n + 5]) for n in range(len(some_words) - 4)]


def hashes_of(text: str) -> list[int]:
    return shingled([text]).hashes.tolist()


def test_a_shingle_has_the_hash_that_snapshots_and_other_machines_expect():
    # Worked out once by `by_the_book`; if these change, HASH_VERSION has to grow.
    text = "قال وزير الخارجيّة إن الاجتماع سيُعقد"
    normalised = ["قال", "وزير", "الخارجيه", "ان", "الاجتماع", "سيعقد"]
    expected = [5227201343102670820, 491731876592189942]
    assert by_the_book(normalised) == expected
    assert shingle_hashes(normalised).tolist() == expected
    assert hashes_of(text) == expected
    assert placed(text).hashes.tolist() == expected


def test_a_word_has_the_hash_that_is_written_down():
    # Worked out once by `word_by_the_book`.
    assert word_by_the_book("دمشق") == word_hash("دمشق") == 3095461883183952454
    assert word_by_the_book("𝒜2") == word_hash("𝒜2") == 16451506618432107734


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_every_place_has_the_hash_of_its_five_words(some: list[str]):
    assert shingle_hashes(some).tolist() == by_the_book(some)
    assert placed(" ".join(some)).hashes.tolist() == by_the_book(some)


def test_fewer_than_five_words_make_no_shingle():
    assert hashes_of("a b c d") == hashes_of("") == hashes_of("a") == []
    assert shingle_hashes(["a", "b", "c", "d"]).size == placed("a b c d").hashes.size == 0
    assert placed("").starts.size == 0


def test_the_order_of_the_words_counts():
    assert hashes_of("a b c d e") != hashes_of("b a c d e")


def test_the_boundary_between_words_counts():
    assert hashes_of("ab c d e f") != hashes_of("a bc d e f")


def test_a_shingle_that_comes_again_counts_where_it_came_first():
    once = list("abcdeabcdef")
    assert hashes_of(" ".join(once)) == by_the_book(once)[:5] + by_the_book(list("bcdef"))


# What makes words hard: letters that fold, ligatures that count as several letters, characters that vanish, digits of
# several scripts, letters and separators above U+FFFF, halves of surrogate pairs.
pieces = st.sampled_from(
    "أإةىیکـ\u064e\u0651\u200b\u200f\ufeffﷺﷲﻻﻷﱠﺀ٣۴5İΣςßⒶ_ \n.،²½𝒜𝟚𐐀𠀀😀\U000e0001\ud800\udc00\ud835\U0010ffff"
)
texts = st.lists(st.text(max_size=40) | st.lists(pieces, max_size=60).map("".join) | st.text("ab ", max_size=40)).map(
    "".join
)


def reference(text: str) -> list[int]:
    return list(dict.fromkeys(shingle_hashes(words(text)).tolist()))


@given(texts)
@example("\ud835\udc9c a b c d e")
@example("ﷺ" * 5 + " ﷺ" * 5)
def test_the_compiled_pass_gives_what_plain_python_gives(text: str):
    assert hashes_of(text) == reference(text)


@given(texts)
@example("\u064eab\u064e\u200b \u200bc\u064ed\u064e")
def test_words_stand_where_the_tokens_stand(text: str):
    here = placed(text)
    expected = tokens(text)
    assert here.starts.tolist() == [token.start for token in expected]
    assert here.ends.tolist() == [token.end for token in expected]
    assert here.hashes.tolist() == shingle_hashes([token.word for token in expected]).tolist()


@pytest.mark.parametrize("first", range(0, 0x30000, 0x10000))
def test_every_code_point_counts_as_it_does_in_plain_python(first: int):
    # Each between two letters and after a space, so that what separates, vanishes or stands for several letters shows.
    text = " ".join(f"ب{chr(code)}ت {chr(code)}" for code in range(first, first + 0x10000))
    here = placed(text)
    assert here.hashes.tolist() == shingle_hashes(words(text)).tolist()
    assert list(zip(here.starts.tolist(), here.ends.tolist(), strict=True)) == [
        (token.start, token.end) for token in tokens(text)
    ]


@given(st.lists(texts, max_size=8))
def test_a_text_has_the_same_hashes_alone_and_among_others(some: list[str]):
    together = shingled(some)
    assert together.starts.tolist()[0] == 0
    assert together.starts.size == len(some) + 1
    assert together.starts[-1] == together.hashes.size
    parts = np.split(together.hashes, together.starts[1:-1]) if some else []
    assert [part.tolist() for part in parts] == [hashes_of(text) for text in some]


def test_a_batch_larger_than_what_is_worked_on_at_once_is_whole():
    many = [f"{n} " + "ا ب ت ث ج ح خ " * (n % 50) for n in range(2_000)]
    together = shingled(many)
    for n in range(0, len(many), 97):
        assert together.hashes[together.starts[n] : together.starts[n + 1]].tolist() == reference(many[n])


def test_a_text_of_two_million_characters_has_its_hashes():
    text = " ".join(map(str, range(300_000)))
    assert len(text) > 1_900_000
    of_text = shingled(["a b c d e", text, "a b c d e"])
    assert of_text.starts.tolist() == [0, 1, 1 + 299_996, 2 + 299_996]
    assert of_text.hashes[1:4].tolist() == by_the_book([str(n) for n in range(7)])
