"""The trie over numbers of words finds the listed names that the lexicon finds."""

import numpy as np
import pytest

from isnad_entities.lists.lexicon import Entity, Lexicon, Pattern, lexicon
from isnad_entities.tagging.fast.listed import CODES, NameTrie, padded
from isnad_entities.words.passage import Passage

TEXTS = (
    "وصل وزير الخارجية الأميركي ريكس تيلرسون إلى بيروت، ثم إلى الولايات المتحدة والمملكة العربية السعودية.",
    "قال بشار الأسد للأمم المتحدة: حصة الأسد لدمشق. وفي نيويورك اجتمع مجلس الأمن الدولي",
    "قوات سوريا الديمقراطية (قسد) في دير الزور وديرالزور والرقة - حزب الله، كأس العالم",
    "",
    "سوريا",
)


def codes(trie, passage):
    starts = [trie.starts(token.word) for token in passage.tokens]
    return trie.codes(
        np.array([one.number for one in starts], np.int32),
        np.array([padded(one.nodes) for one in starts], np.int32).reshape(len(starts), len(padded(()))),
        np.array([len(token.word) == 1 for token in passage.tokens], np.bool_),
        np.array(passage.gaps[: len(passage)], np.uint8),
    )


def expected(listed, passage):
    """The same by `Lexicon.match`: the longest at each word, none inside another; 5 codes for each kind."""
    found, place = [0] * len(passage), 0
    while place < len(passage):
        matches = sorted(listed.match(passage, place), key=lambda match: (-match.length, match.cut))
        if not matches:
            place += 1
            continue
        pattern = matches[0].pattern
        kind = 3 * ("PER", "LOC", "ORG", "MISC").index(pattern.entity.type)
        kind += 2 if pattern.framed else 1 if pattern.minor else 0
        base = 5 * (12 if pattern.silent else kind)
        for at in range(place, matches[0].last + 1):
            where = 3 if at == place else 5 if at == matches[0].last else 4
            found[at] = base + where
        if matches[0].length == 1:
            found[place] = base + (2 if matches[0].cut else 1)
        place = matches[0].last + 1
    return found


@pytest.fixture(scope="module")
def trie():
    return NameTrie(lexicon())


@pytest.mark.parametrize("text", TEXTS)
def test_the_shipped_lists_are_found_as_the_lexicon_finds_them(trie, text):
    passage = Passage.of("body", text)
    assert codes(trie, passage).tolist() == expected(lexicon(), passage)


def test_names_do_not_go_on_across_a_comma_but_across_an_abbreviations_dot():
    listed = Lexicon(
        [Pattern(("ا", "ف", "ب"), Entity("ORG", "أ ف ب")), Pattern(("دير", "الزور"), Entity("LOC", "دير الزور"))]
    )
    dots, comma = Passage.of("body", "أ. ف. ب"), Passage.of("body", "دير، الزور")
    assert codes(NameTrie(listed), dots).tolist() == [5 * 6 + 3, 5 * 6 + 4, 5 * 6 + 5]
    assert codes(NameTrie(listed), comma).tolist() == [0, 0]


def test_every_code_is_below_the_number_of_codes(trie):
    found = np.concatenate([codes(trie, Passage.of("body", text)) for text in TEXTS])
    assert 0 < found.max() < CODES


def test_no_lists_have_no_names():
    assert codes(NameTrie(Lexicon([])), Passage.of("body", TEXTS[0])).max() == 0
