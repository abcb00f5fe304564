"""`isnad bench entities`: strict scores on the last sixth of a tagged corpus, and words a second, of each profile."""

import json

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError
from isnad_cli.bench.entities import entities
from isnad_cli.bench.profiles import models


def run(*arguments):
    return CliRunner().invoke(entities, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture
def tagged(tmp_path):
    """Six sentences; the last sixth is the last one, which has three names of which the lists know two."""
    file = tmp_path / "tagged.txt"
    sentence = "وصل O\nإلى O\nدمشق B-LOC\nوفد O\nكبير O\n\n"
    file.write_text(sentence * 5 + "زار O\nبوتين B-PERS\nحلب B-LOC\nو O\nشمقاط B-LOC\n", encoding="utf-8")
    return file


@pytest.fixture
def articles(tmp_path):
    file = tmp_path / "news.jsonl"
    lines = [
        {
            "id": str(number),
            "source": "hayat",
            "url": f"http://hayat.example/{number}",
            "title": "بوتين في دمشق",
            "body": "وصل فلاديمير بوتين إلى دمشق.",
        }
        for number in range(3)
    ]
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return file


def test_the_rules_are_scored_on_the_last_sixth(tagged):
    result = run("--tagged", tagged, "--profile", "rules")
    rules = json.loads(result.output)["development"]["rules"]
    assert rules["tagger"] is None
    assert rules["entities"]["overall"] == {"precision": 1.0, "recall": 0.6667, "f1": 0.8, "names": 3}
    assert rules["entities"]["LOC"] == {"precision": 1.0, "recall": 0.5, "f1": 0.6667, "names": 2}


def test_profiles_are_timed_beside_reading_the_words_alone(articles):
    result = run("--corpus", articles, "--profile", "rules", "--repeat", "1", "--map", "id=id")
    speed = json.loads(result.output)["speed"]
    assert (speed["articles"], speed["words"]) == (3, 3 * (3 + 5))
    rules = speed["profiles"]["rules"]
    assert rules["tagger"] is None
    assert 0 < rules["entities"]["cpu"] < speed["floor"]["cpu"]


def test_a_call_that_says_nothing_to_measure_on_is_refused():
    result = run("--profile", "rules")
    assert result.exit_code == 2
    assert "Say what to measure on" in result.output


@pytest.mark.parametrize("given", ["fast", "rules=.", "fast=no/such/folder", "=."])
def test_what_is_no_model_is_refused(given):
    with pytest.raises(RequestError, match="is no model"):
        models([given])


def test_models_are_given_by_profile(tmp_path):
    assert models([f"fast={tmp_path}", f"default={tmp_path}"]) == {"fast": tmp_path, "default": tmp_path}
