"""A passage becomes words and marks, each with its place."""

from isnad_entities.pretrained.pieces import JOINT, LONGEST_WORD, MARK, pieces_of
from isnad_entities.words.passage import Passage


def test_words_and_marks_stand_in_order_and_know_their_places():
    found = pieces_of(Passage.of("body", "قال: «جان-ايف» (أ.ف.ب)."))
    assert list(zip(found.written, found.places, strict=True)) == [
        ("قال", 0), (":", MARK), ("«", MARK), ("جان", 1), ("-", JOINT), ("ايف", 2), ("»", MARK), ("(", MARK),
        ("أ", 3), (".", JOINT), ("ف", 4), (".", JOINT), ("ب", 5), (")", MARK), (".", MARK),
    ]  # fmt: skip
    assert [word for word, starts in zip(found.written, found.starts, strict=True) if starts] == ["قال", "جان"]


def test_a_paragraph_is_a_sentence_of_its_own():
    found = pieces_of(Passage.of("body", "باريس\nقال"))
    assert (found.written, found.starts) == (["باريس", "قال"], [True, True])


def test_a_row_of_marks_and_an_endless_word_are_cut_short():
    found = pieces_of(Passage.of("body", "——— " + "+-" * 1000 + " " + "ه" * 1000))
    assert len(found.written) <= 10
    assert found.written[0] == "—"
    assert found.written[-1] == "ه" * LONGEST_WORD
