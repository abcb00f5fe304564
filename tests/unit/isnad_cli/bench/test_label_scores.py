"""How well what is found agrees with labels, counted by hand on two made-up articles."""

import gzip
import json

import pytest

from isnad.errors import RequestError
from isnad.messages import Credit, Dateline, Mention
from isnad_cli.bench.label_scores import Found, assigned, compare, measure
from isnad_cli.bench.labels import (
    LabelledArticle,
    LabelledCredit,
    LabelledDateline,
    LabelledMention,
    Text,
    checksum,
    read_labels,
    read_texts,
)

FIRST = Text(id="1", title="زيارة", body="باريس – أ ف ب: زار لافروف أميركا. (رويترز)")
SECOND = Text(id="2", title="لقاء", body="عاد لافروف من الولايات المتحدة.")
TEXTS = {"1": FIRST, "2": SECOND}


def span(text, written):
    start = text.body.index(written)
    return {"field": "body", "start": start, "end": start + len(written)}


def mention(text, written, canonical, kind="LOC"):
    return Mention(type=kind, text=written, canonical=canonical, **span(text, written))


def credit(text, written, agency, role):
    return Credit(agency=agency, role=role, text=written, **span(text, written))


def label(text, mentions=(), credits_=(), dateline=None):
    return LabelledArticle(
        id=text.id,
        sha256=checksum(text),
        held=False,
        dateline=dateline,
        credits=tuple(LabelledCredit(agency, role, **span(text, written)) for written, agency, role in credits_),
        mentions=tuple(
            LabelledMention(kind, canonical, **span(text, written)) for written, canonical, kind in mentions
        ),
    )


LABELS = [
    label(
        FIRST,
        [("لافروف", "سيرغي لافروف", "PER"), ("أميركا", "الولايات المتحدة", "LOC")],
        [("أ ف ب", "وكالة فرانس برس", "credit"), ("رويترز", "رويترز", "credit")],
        LabelledDateline(((0, 5),)),
    ),
    label(SECOND, [("لافروف", "سيرغي لافروف", "PER"), ("الولايات المتحدة", "الولايات المتحدة", "LOC")]),
]


def read_as(found):
    return lambda text: found.get(text.id, Found([], [], None))


def test_a_credit_counts_with_its_role_and_a_dateline_with_its_places():
    found = Found(
        mentions=[],
        credits=[credit(FIRST, "أ ف ب", "وكالة فرانس برس", "credit"), credit(FIRST, "رويترز", "رويترز", "quoted")],
        dateline=Dateline(text="باريس – أ ف ب:", start=0, end=14, places=("باريس",)),
    )
    report = measure(LABELS, TEXTS, read_as({"1": found}))
    assert report["credit"] == {"labelled": 2, "found": 1, "precision": 1.0, "recall": 0.5}
    assert report["quoted"] == {"labelled": 0, "found": 1, "precision": 0.0, "recall": None}
    assert report["dateline"] == {"labelled": 1, "found": 1, "precision": 1.0, "recall": 1.0}
    assert measure(LABELS, TEXTS, read_as({}))["dateline"]["recall"] == 0.0


def test_one_thing_under_two_names_is_right_only_once():
    found = {
        "1": Found([mention(FIRST, "أميركا", "أميركا"), mention(FIRST, "لافروف", "لافروف", "PER")], [], None),
        "2": Found(
            [mention(SECOND, "الولايات المتحدة", "أمريكا"), mention(SECOND, "لافروف", "لافروف", "PER")], [], None
        ),
    }
    names = measure(LABELS, TEXTS, read_as(found))["names"]
    assert names["LOC"] == {"labelled": 2, "found": 1.0, "typed": 1.0, "canonical": 0.5}
    assert names["PER"] == {"labelled": 2, "found": 1.0, "typed": 1.0, "canonical": 1.0}
    assert names["all"]["canonical"] == 0.75


def test_two_things_under_one_name_are_not_both_right():
    found = {
        "1": Found([mention(FIRST, "أميركا", "س"), mention(FIRST, "لافروف", "س", "PER")], [], None),
        "2": Found([mention(SECOND, "لافروف", "س", "PER")], [], None),
    }
    agreement = compare(LABELS, TEXTS, read_as(found))
    assert assigned(agreement.pairs) == {"سيرغي لافروف": "س"}


def test_a_name_of_another_type_or_mostly_elsewhere_is_not_the_labelled_one():
    found = {
        "1": Found(
            [mention(FIRST, "زار لافروف أميركا", "لافروف", "PER"), mention(FIRST, "أميركا", "س", "ORG")], [], None
        )
    }
    names = measure(LABELS, TEXTS, read_as(found))["names"]
    assert names["PER"]["found"] == 0.0
    assert names["LOC"] == {"labelled": 2, "found": 0.5, "typed": 0.0, "canonical": 0.0}


def test_labels_and_their_texts_are_read(tmp_path):
    labels = tmp_path / "labels.jsonl"
    line = {"id": "1", "sha256": checksum(FIRST), "held": True, "dateline": None, "credits": [], "mentions": []}
    labels.write_text(json.dumps(line) + "\n", encoding="utf-8")
    with gzip.open(tmp_path / "ant.jsonl.gz", "wt", encoding="utf-8") as corpus:
        for text in (FIRST, SECOND):
            corpus.write(json.dumps({"id": text.id, "title": text.title, "body": text.body, "url": "x"}) + "\n")
    read = read_labels(labels)
    assert [one.held for one in read] == [True]
    assert read_texts([tmp_path], read) == {"1": FIRST}


@pytest.mark.parametrize(("changed", "said"), [({"sha256": "0"}, "not the texts"), ({"id": "3"}, "1 of 1 labelled")])
def test_another_text_than_the_labelled_one_is_refused(tmp_path, changed, said):
    with gzip.open(tmp_path / "ant.jsonl.gz", "wt", encoding="utf-8") as corpus:
        corpus.write(json.dumps({"id": "1", "title": FIRST.title, "body": FIRST.body}) + "\n")
    line = {"id": "1", "sha256": checksum(FIRST), "held": True, "dateline": None, "credits": [], "mentions": []}
    labels = tmp_path / "labels.jsonl"
    labels.write_text(json.dumps(line | changed), encoding="utf-8")
    with pytest.raises(RequestError, match=said):
        read_texts([tmp_path], read_labels(labels))
