"""Labels become names, however they are written and whatever contradicts itself in them."""

import numpy as np
import pytest

from isnad_entities.pretrained.labels import read_labels
from isnad_entities.pretrained.spans import Standing, probabilities, spans
from isnad_entities.tagging.tagger import Tagged

BIO = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
BIOES = ["O", "B-PER", "I-PER", "E-PER", "S-PER"]
BILOU = ["O", "B-PER", "I-PER", "L-PER", "U-PER"]
BARE = ["O", "PER", "TOWN", "COUNTRY"]


def name(rows, labels, places=None, starts=None):
    """The names of one passage."""
    size = len(rows)
    standing = Standing(
        np.zeros(size, np.int64),
        np.array(range(size) if places is None else places, np.int64),
        np.array(starts or [False] * size, bool),
    )
    return spans(np.array(rows, np.float32).reshape(size, len(labels)), standing, read_labels(labels, {}), 1)[0]


def read(labels, said, places=None, starts=None):
    """Names of pieces of which the model is sure, as (first, last, type)."""
    rows = np.eye(len(labels), dtype=np.float32)[[labels.index(label) for label in said]]
    return [(one.first, one.last, one.type) for one in name(rows, labels, places, starts)]


@pytest.mark.parametrize(
    ("labels", "said", "meant"),
    [
        (BIO, "B-PER I-PER O B-LOC", [(0, 1, "PER"), (3, 3, "LOC")]),
        (BIO, "B-PER B-PER I-PER", [(0, 0, "PER"), (1, 2, "PER")]),
        (BIO, "O I-PER I-PER O", [(1, 2, "PER")]),  # begins without B-, as in IOB1
        (BIO, "I-PER B-PER", [(0, 0, "PER"), (1, 1, "PER")]),  # IOB1's use of B-
        (BIO, "B-PER I-LOC I-LOC", [(0, 0, "PER"), (1, 2, "LOC")]),  # goes on as another type
        (BIOES, "S-PER B-PER I-PER E-PER S-PER", [(0, 0, "PER"), (1, 3, "PER"), (4, 4, "PER")]),
        (BIOES, "E-PER I-PER O I-PER E-PER", [(0, 0, "PER"), (1, 1, "PER"), (3, 4, "PER")]),
        (BIOES, "S-PER E-PER", [(0, 0, "PER"), (1, 1, "PER")]),
        (BILOU, "U-PER B-PER L-PER I-PER", [(0, 0, "PER"), (1, 2, "PER"), (3, 3, "PER")]),
        (BARE, "PER PER O TOWN COUNTRY", [(0, 1, "PER"), (3, 3, "LOC"), (4, 4, "LOC")]),
        (BIO, "O O", []),
        (BIO, "", []),
    ],
)
def test_labels_of_each_kind_are_read_and_repaired(labels, said, meant):
    assert read(labels, said.split()) == meant


def test_no_name_goes_on_into_the_next_sentence():
    assert read(BIO, ["B-PER", "I-PER"], starts=[True, True]) == [(0, 0, "PER"), (1, 1, "PER")]


def test_marks_are_part_of_a_name_only_between_its_words():
    said = ["B-PER", "I-PER", "I-PER", "I-PER", "O", "B-LOC"]
    assert read(BIO, said, places=[-1, 0, -1, 1, 2, -1]) == [(0, 1, "PER")]


def test_a_word_of_which_the_tokenizer_leaves_nothing_does_not_part_a_name():
    assert read(BIO, ["B-PER", "I-PER"], places=[3, 5]) == [(3, 5, "PER")]


def test_probabilities_of_labels_that_are_one_type_are_added_up():
    labels = ["O", "B-TOWN", "B-COUNTRY", "I-COUNTRY"]
    assert name([[0.4, 0.3, 0.2, 0.1]], labels) == [Tagged(0, 0, "LOC", pytest.approx(0.6))]


def test_a_score_is_the_product_of_the_first_being_of_the_type_and_the_others_going_on():
    rows = [[0.1, 0.8, 0.1, 0, 0], [0.1, 0.2, 0.7, 0, 0]]
    assert name(rows, BIO) == [Tagged(0, 1, "PER", pytest.approx(0.9 * 0.7))]
    # A mark in the name does not make it less sure.
    among = [rows[0], [0.4, 0, 0.6, 0, 0], rows[1]]
    assert name(among, BIO, places=[0, -1, 1]) == [Tagged(0, 1, "PER", pytest.approx(0.9 * 0.7))]


def test_no_name_goes_on_into_the_next_passage():
    rows = np.eye(5, dtype=np.float32)[[1, 2, 2]]
    standing = Standing(np.array([0, 0, 2]), np.array([0, 1, 0]), np.zeros(3, bool))
    found = spans(rows, standing, read_labels(BIO, {}), 3)
    assert found == [[Tagged(0, 1, "PER", 1.0)], [], [Tagged(0, 0, "PER", 1.0)]]


def test_probabilities_are_the_softmax_also_of_large_numbers_and_of_half_precision():
    rows = probabilities(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]], np.float16))
    assert rows[0].tolist() == [0.5, 0.5]
    assert rows[1].tolist() == pytest.approx([0.25, 0.75], abs=1e-3)
