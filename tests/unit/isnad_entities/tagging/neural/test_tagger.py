"""The network's tagger on a tiny network: batches and windows change nothing, damaged files are refused."""

from pathlib import Path

import numpy as np
import pytest
from tests.unit.isnad_entities.tagging.neural.tiny_network import SilentTables, write_tiny

from isnad.errors import SetupError
from isnad_entities.lists.lexicon import lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.neural.folder import GRAPH, MANIFEST, TABLES, WORDS, Pool
from isnad_entities.tagging.neural.pieces import MOST_WORDS
from isnad_entities.tagging.neural.tagger import NeuralTagger, load
from isnad_entities.words.passage import Passage

TEXTS = (
    "قال الرئيس بشار الأسد في دمشق.",
    "",
    "أعلنت قوات سوريا الديمقراطية (قسد) أن المعارك مستمرة على أطراف الرقة، وقالت إنها تقدمت. وأضافت أنها باقية.",
    "باريس - أ. ف. ب",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    written: Path = tmp_path_factory.mktemp("tiny")
    write_tiny(written)
    return written


@pytest.fixture(scope="module")
def tagger(folder) -> NeuralTagger:
    return load(folder, lexicon(), vocabulary(), SilentTables())


def long_passage() -> Passage:
    words = ("قال", "على", "دمشق", "الشيخ", "ليلا", "قرب", "موسكو", "في")
    return Passage.of("body", " ".join(words[(number * number) % 8] for number in range(3 * MOST_WORDS)))


def test_passages_together_are_tagged_as_each_alone(tagger):
    passages = [Passage.of("body", text) for text in TEXTS]
    alone = [tagger.tag([passage])[0] for passage in passages]
    assert tagger.tag(passages) == alone
    assert sum(map(len, alone)) > 3  # the network that was drawn finds something
    assert alone[1] == []


def test_a_sentence_longer_than_a_window_is_tagged_as_if_read_whole(tagger, monkeypatch):
    passage = long_passage()
    in_windows = tagger.tag([passage])
    monkeypatch.setattr("isnad_entities.tagging.neural.pieces.MOST_WORDS", len(passage))
    whole = tagger.tag([passage])
    assert [(one.first, one.last, one.type) for one in in_windows[0]] == [
        (one.first, one.last, one.type) for one in whole[0]
    ]
    assert [one.score for one in in_windows[0]] == pytest.approx([one.score for one in whole[0]], abs=1e-4)
    assert len(whole[0]) > 10


def test_a_name_does_not_go_on_into_the_next_sentence(tagger):
    (found,) = tagger.tag([Passage.of("body", " . ".join(["دمشق", "موسكو", "الشيخ", "قرب"] * 10))])
    assert found
    assert all(one.first == one.last for one in found)


def test_scores_are_those_of_the_curve(tagger):
    found = [one.score for text in TEXTS for one in tagger.tag([Passage.of("body", text)])[0]]
    assert found
    assert max(found) <= 0.5  # the tiny model's curves end there


def test_nothing_is_tagged_in_no_passages(tagger):
    assert tagger.tag([]) == []


@pytest.mark.parametrize("name", [TABLES, WORDS, GRAPH])
def test_a_damaged_file_is_named(tmp_path, name):
    write_tiny(tmp_path)
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SetupError, match=rf"{name} is damaged"):
        load(tmp_path, lexicon(), vocabulary(), SilentTables())


@pytest.mark.parametrize("name", [MANIFEST, TABLES, GRAPH])
def test_a_missing_file_is_named(tmp_path, name):
    write_tiny(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SetupError, match=rf"{name} can't be read"):
        load(tmp_path, lexicon(), vocabulary(), SilentTables())


def test_a_fact_that_the_lists_no_longer_have_is_named(tmp_path):
    write_tiny(tmp_path)
    manifest = (tmp_path / MANIFEST).read_text("utf-8").replace('"nationality"', '"astrology"')
    (tmp_path / MANIFEST).write_text(manifest, "utf-8")
    with pytest.raises(SetupError, match="'astrology'"):
        load(tmp_path, lexicon(), vocabulary(), SilentTables())


def test_network_and_tables_are_added_by_their_shares():
    pool = Pool(network=0.5, tables=2.0, outside=-1.0)
    by_network, by_tables = np.full((1, 9), 4, np.float32), np.full((1, 9), 3, np.float32)
    assert pool.emissions(by_network, by_tables).tolist() == [[7.0] + [8.0] * 8]
    forbidden = np.where(np.arange(9) == 2, np.float32(-np.inf), by_tables)
    assert pool.transitions(by_network, forbidden)[0].tolist() == [8.0, 8.0, -np.inf] + [8.0] * 6
