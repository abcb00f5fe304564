"""`isnad bench entities --labels`: what is found in labelled articles, beside the labels."""

import gzip
import json

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError
from isnad_cli.bench.entities import entities
from isnad_cli.bench.labels import Text, checksum

BODY = "باريس – أ ف ب – استقبل إيمانويل ماكرون نظيره أمس."
PLACE, AGENCY, PERSON = (0, 5), (8, 13), (23, 38)


@pytest.fixture
def labelled(tmp_path):
    """A corpus of one article, and its labels: one of them for development, the other held."""
    lines = []
    with gzip.open(tmp_path / "corpus.jsonl.gz", "wt", encoding="utf-8") as corpus:
        for name in ("a", "b"):
            corpus.write(json.dumps({"id": name, "title": "لقاء", "body": BODY}) + "\n")
            label = {
                "id": name,
                "sha256": checksum(Text(id=name, title="لقاء", body=BODY)),
                "held": name == "b",
                "dateline": {"places": [PLACE]},
                "credits": [_spanned(AGENCY, agency="وكالة فرانس برس", role="credit")],
                "mentions": [_spanned(PERSON, type="PER", canonical="إيمانويل ماكرون")],
            }
            lines.append(json.dumps(label))
    labels = tmp_path / "labels.jsonl"
    labels.write_text("\n".join(lines), encoding="utf-8")
    return tmp_path, labels


def _spanned(span, **said):
    return {"field": "body", "start": span[0], "end": span[1], **said}


def run(*arguments):
    return CliRunner().invoke(entities, [str(one) for one in arguments])


def test_the_report_tells_both_parts_apart(labelled):
    folder, labels = labelled
    ran = run("--corpus", folder, "--labels", labels, "--profile", "default")
    assert ran.exit_code == 0, ran.output
    report = json.loads(ran.stdout)["labelled"]["default"]
    for part in ("development", "held"):
        assert report[part]["articles"] == 1
        assert report[part]["credit"] == {"labelled": 1, "found": 1, "precision": 1.0, "recall": 1.0}
        assert report[part]["quoted"]["found"] == 0
        assert report[part]["dateline"]["recall"] == 1.0
        assert report[part]["names"]["PER"] == {"labelled": 1, "found": 1.0, "typed": 1.0, "canonical": 1.0}


def test_labels_without_articles_say_what_is_missing(labelled):
    ran = run("--labels", labelled[1])
    assert ran.exit_code == 2
    assert "--corpus PATH" in ran.output


def test_labels_of_something_else_are_refused(labelled):
    folder, labels = labelled
    labels.write_text('{"id": 1}', encoding="utf-8")
    assert isinstance(run("--corpus", folder, "--labels", labels).exception, RequestError)


def test_a_damaged_corpus_is_refused(labelled):
    """Within what is packed, where gzip itself sees nothing amiss."""
    folder, labels = labelled
    packed = bytearray(gzip.compress(b"{}\n" * 400))
    packed[12:20] = b"\xff" * 8
    (folder / "corpus.jsonl.gz").write_bytes(packed)
    refused = run("--corpus", folder, "--labels", labels).exception
    assert isinstance(refused, RequestError)
    assert "corpus.jsonl.gz can't be read" in str(refused)
