"""How the network reads: spellings, marks, sentences, facts, listed names and rows of words."""

import numpy as np
import pytest

from isnad.text.words import fold
from isnad_entities.lists.lexicon import Entity, Lexicon, Pattern
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.neural.facts import WordFacts
from isnad_entities.tagging.neural.listed import COLUMNS, listed
from isnad_entities.tagging.neural.pieces import CONTEXT, MOST_WORDS, batches, pieces, sentences
from isnad_entities.tagging.neural.rows import RowTables, WordRows, runs
from isnad_entities.tagging.neural.spellings import Mark, marks, spellings
from isnad_entities.words.passage import Passage


def read(text: str) -> Passage:
    return Passage.of("body", text)


def test_spellings_keep_what_tells_words_apart_and_drop_what_does_not():
    assert spellings(read("على عليّ مـديـنة 2018 ٢٠١٨ NATO")) == ["على", "علي", "مدينة", "0000", "0000", "nato"]


def test_marks_are_what_stands_before_each_word():
    text = 'قال: «نعم»، (لا) أ.ب جان-ايف؟ ثم - هو / هي\nسطر "كلام" آخر. انتهى'
    assert marks(read(text)) == [
        Mark.LINE, Mark.COLON, Mark.OPEN_BRACKET, Mark.CLOSE_BRACKET, Mark.JOINT, Mark.SPACE, Mark.JOINT,
        Mark.QUESTION, Mark.DASH, Mark.SLASH, Mark.LINE, Mark.QUOTE, Mark.QUOTE, Mark.FULL_STOP,
    ]  # fmt: skip


def test_sentences_end_at_full_stops_but_not_inside_abbreviations():
    passage = read("وصل الوفد. قالت أ. ف. ب ذلك! ثم غادر\nانتهى")
    assert sentences(spellings(passage), marks(passage)) == [0, 2, 7, 9]


def test_each_word_of_a_long_sentence_counts_once_and_has_its_context():
    size = 2 * MOST_WORDS + 5
    cut = list(pieces([0, 3], size, 10))
    counted = [word for piece in cut for word in range(piece.first, piece.last)]
    assert counted == list(range(10, 10 + size))
    for piece in cut[1:]:
        assert len(piece) <= MOST_WORDS
        assert piece.start == max(13, piece.first - CONTEXT)
        assert piece.end == min(10 + size, piece.last + CONTEXT)


def test_batches_hold_each_word_once_and_no_more_than_asked():
    cut = list(pieces([0, 5, 9, 30], 45, 0))
    made = list(batches(cut, 32))
    assert sorted(word for batch in made for word in batch.words[batch.counted].tolist()) == list(range(45))
    assert all(batch.words.size <= 32 for batch in made)


def test_facts_are_those_that_the_vocabulary_has():
    facts = WordFacts(vocabulary(), ("title", "given", "trigger: title", "clitic and trigger: title"))
    assert facts.row(fold("الرئيس")).tolist() == [1, 0, 1, 0]
    assert facts.row(fold("للرئيس")).tolist() == [1, 0, 0, 1]
    assert facts.row(fold("سيرغي")).tolist() == [0, 1, 0, 0]


def test_listed_names_are_marked_where_they_stand():
    known = Lexicon(
        [Pattern(("قوات", "سوريا"), Entity("ORG", "قوات سوريا")), Pattern(("سوريا",), Entity("LOC", "سوريا"))]
    )
    found = listed(read("قالت وقوات سوريا"), known)
    assert found.shape == (3, COLUMNS)
    columns = [np.nonzero(row)[0].tolist() for row in found]
    # PER 0-2, LOC 3-5, ORG 6-8: first, later, last; 17: clitic cut; 18: several words.
    assert columns == [[], [6, 17, 18], [3, 7, 8, 18]]


def test_a_row_is_the_sum_of_the_word_its_letters_and_its_facts():
    tables = RowTables(
        words={"دمشق": 0},
        word_rows=np.array([[10, -20]], np.int8),
        word_scales=np.array([0.5], np.float32),
        run_rows=np.array([[4, 8]], np.int8),
        run_scales=np.array([0.25], np.float32),
        fact_rows=np.array([[100, 0]], np.float32),
        bias=np.array([1, 1], np.float32),
    )
    rows = WordRows(tables, WordFacts(vocabulary(), ("title",)))
    # All runs of letters are one row here: their mean is [1, 2], which counts twice.
    found = rows.of(["دمشق", "كلمة", "الرئيس", "دمشق"])
    assert found.tolist() == pytest.approx(np.array([[8, -5], [3, 5], [103, 5], [8, -5]]))


def test_runs_of_letters_are_two_to_five_long_and_pairs_stand_at_the_ends():
    # <قم>: <ق م> | <قم قم> | <قم> | and the whole word once more.
    assert len(runs("قم", 1 << 30)) == 6
    assert len(set(runs("قم", 1 << 30))) == 5
