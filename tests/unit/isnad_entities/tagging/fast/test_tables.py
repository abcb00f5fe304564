"""Emissions by tables, against the plain sum of the weights of every feature of every word near."""

from concurrent.futures import ThreadPoolExecutor
from zlib import crc32

import numpy as np
import pytest

from isnad_entities.lists.lexicon import agencies, lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.fast.classes import Classes
from isnad_entities.tagging.fast.evidence import Evidence
from isnad_entities.tagging.fast.listed import NameTrie
from isnad_entities.tagging.fast.surroundings import width
from isnad_entities.tagging.fast.tables import OUTSIDE_FEATURE, WordTables
from isnad_entities.tagging.labels import LABELS
from isnad_entities.words.passage import Passage

TEXT = (
    "قال الرئيس الروسي فلاديمير بوتين في موسكو إن الولايات المتحدة (واشنطن) تدعم قوات سوريا الديمقراطية. وصل 25 نائبا"
)
CLASSES = Classes(
    ["موسكو", "واشنطن"],
    np.array([0, 1], np.uint16),
    np.array([[0, 0], [1, 0]], np.uint16),
    np.array([[0, 9, 0, 0], [0, 15, 4, 0]], np.uint8),
    np.array([6, 5], np.uint8),
)


def weight(feature):
    return np.random.default_rng(crc32(feature.encode())).normal(0, 1, 5 * len(LABELS)).astype(np.float32)


class NamedWeights:
    """A weight for every feature that there can be."""

    def of(self, rows):
        return np.array([sum(map(weight, row)) for row in rows], np.float32).reshape(len(rows), -1)


@pytest.fixture(scope="module")
def evidence():
    return Evidence(lexicon(), agencies(), vocabulary(), CLASSES)


@pytest.fixture(scope="module")
def column_weights():
    return np.random.default_rng(1).normal(0, 1, (width(2), len(LABELS))).astype(np.float32)


@pytest.fixture
def tables(evidence, column_weights):
    def of(**options):
        profiles = [evidence.profile("قال")]
        trie = NameTrie(lexicon())
        return WordTables(evidence, trie, vocabulary(), profiles, NamedWeights(), column_weights, **options)

    return of


def read(text):
    passage = Passage.of("body", text)
    return [token.word for token in passage.tokens], np.array(passage.gaps[: len(passage)], np.uint8)


def expected(evidence, column_weights, words, columns):
    found = np.zeros((len(words), len(LABELS)))
    for place in range(len(words)):
        for step in range(-2, 3):
            inside = 0 <= place + step < len(words)
            for feature in evidence.of(words[place + step]) if inside else [OUTSIDE_FEATURE]:
                found[place] += weight(feature).reshape(5, len(LABELS))[step + 2]
        found[place] += column_weights[columns[place]].sum(axis=0)
    return found


def test_emissions_are_the_sum_of_the_weights_of_all_that_is_seen(tables, evidence, column_weights):
    words, gaps = read(TEXT)
    one = tables()
    wanted = expected(evidence, column_weights, words, one.columns(words, gaps))
    assert one.emissions(words, gaps) == pytest.approx(wanted, abs=1e-3)


def test_rows_that_are_read_together_get_the_answers_of_each_alone(tables):
    """To the last bit, whatever stands beside them: a title, a full stop behind a letter, a row without words."""
    texts = ["الرئيس", "بوتين في موسكو", "", "قال أ", "ف. ب إن واشنطن الولايات", "المتحدة"]
    rows = [read(text) for text in texts]
    together = tables().all_emissions([words for words, _ in rows], [gaps.tobytes() for _, gaps in rows])
    one = tables()
    for (words, gaps), found in zip(rows, together, strict=True):
        assert found.tolist() == one.emissions(words, gaps).tolist()


def test_words_that_a_model_brings_ready_weigh_what_they_weigh_otherwise(tables):
    words, gaps = read(TEXT)
    ready = tables().worked_out(["قال", "موسكو"])
    brought = tables(ready=ready)
    assert brought.remembered == 2
    assert brought.emissions(words, gaps) == pytest.approx(tables().emissions(words, gaps), abs=1e-4)


def test_no_more_words_are_remembered_than_there_is_room_for_and_answers_stay_the_same(tables):
    few, many = tables(most=8), tables()
    for start in range(0, 30, 3):
        words, gaps = read(" ".join(f"كلمة{number}" for number in range(start, start + 6)))
        assert few.emissions(words, gaps) == pytest.approx(many.emissions(words, gaps), abs=1e-4)
        assert few.remembered <= 8


def test_a_text_with_more_words_than_there_is_room_for_is_read(tables):
    words, gaps = read(TEXT)
    few = tables(most=3, ready=tables().worked_out(["قال"]))
    assert few.emissions(words, gaps) == pytest.approx(tables().emissions(words, gaps), abs=1e-4)


def test_words_without_end_are_forgotten_with_the_next_new_one(tables):
    """Room is for 20 letters a word on the average; the answers stay the same."""
    few = tables(most=8)
    for word in ("ا" * 500, "موسكو"):
        words, gaps = read(word)
        assert few.emissions(words, gaps) == pytest.approx(tables().emissions(words, gaps), abs=1e-4)
        assert few.remembered == 1


def test_threads_that_share_the_tables_get_the_answers_of_one_alone(tables):
    texts = [" ".join(f"كلمة{number % 50}" for number in range(start, start + 9)) for start in range(100)]
    shared, alone = tables(most=20), tables()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda text: shared.emissions(*read(text)), texts))
    for text, emissions in zip(texts, found, strict=True):
        assert emissions == pytest.approx(alone.emissions(*read(text)), abs=1e-4)


def test_what_is_seen_in_a_word(evidence):
    seen = set(evidence.of("واشنطن"))
    assert {"word=واشنطن", "p2=وا", "s3=نطن", "length=6", "clitics=و", "rest=اشنطن", "listed=LOC"} <= seen
    assert {"class=1", "class 0=1", "class 1=0", "opinion=LOC 5", "opinion=LOC 5B", "opinion=ORG 1I", "often=5"} <= seen
    assert len(evidence.of("واشنطن")) == len(seen)
    assert {"trigger=title", "is title", "article"} <= set(evidence.of("الرييس"))
    assert {"digits", "often=0", "class=none", "opinion=none"} <= set(evidence.of("25"))
