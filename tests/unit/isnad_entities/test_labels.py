"""Wire credits and datelines, measured on articles of the ANT corpus that were labelled by hand (tests/labels)."""

from pathlib import Path

import pytest
from tests.development_data import corpus

from isnad.text.dateline import find_dateline
from isnad_cli.bench.label_scores import Found, measure
from isnad_cli.bench.labels import read_labels, read_texts
from isnad_entities.enrich import wires
from isnad_entities.words.passage import Passage

LABELS = read_labels(Path("tests/labels/ant.jsonl"))


def read(text):
    dateline = find_dateline(text.body)
    passages = [Passage.of("title", text.title), Passage.of("body", text.body)]
    return Found([], wires().find(passages, dateline, None), dateline)


@pytest.fixture(scope="module")
def texts():
    return read_texts([corpus("ant")], LABELS)


@pytest.mark.parametrize("held", [False, True], ids=["development", "held"])
def test_credits_and_datelines_are_those_of_a_reader(texts, held):
    report = measure([label for label in LABELS if label.held is held], texts, read)
    assert report["credit"]["labelled"] >= 20
    assert report["credit"]["precision"] >= 0.97
    assert report["credit"]["recall"] >= 0.9
    assert report["quoted"]["precision"] >= 0.97
    assert report["dateline"]["labelled"] >= 9
    assert report["dateline"]["precision"] >= 0.97
    assert report["dateline"]["recall"] >= 0.9


def test_enough_was_labelled_to_measure():
    assert len(LABELS) >= 150
    assert sum(not label.held for label in LABELS) == 100
    assert (
        sum(any(one.role == "credit" for one in label.credits) or label.dateline is not None for label in LABELS) >= 60
    )
    assert sum(any(one.role == "quoted" for one in label.credits) for label in LABELS) >= 40
    assert sum(len(label.mentions) for label in LABELS) >= 1000
