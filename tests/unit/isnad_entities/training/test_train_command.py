"""`isnad entities train --profile fast` on a corpus and news made up here: the same each time, and it learns."""

import json

import pytest
from click.testing import CliRunner
from rich.progress import Progress

from isnad.errors import RequestError
from isnad_entities.command import entities
from isnad_entities.tagging.fast.tagger import load
from isnad_entities.training.fast import Settings
from isnad_entities.training.fast_profile import train
from isnad_entities.training.request import Request
from isnad_entities.words.passage import Passage

TOWNS = ("قلبوش", "تمرين", "زلفار", "مشعاف", "كنداس", "درغوم")
PEOPLE = ("فرزاد قنطوش", "نشوار دلبوح", "كرمان شلفوت")


@pytest.fixture
def corpus(tmp_path):
    """Sentences of one form with unknown towns and people."""
    lines = []
    for number in range(60):
        first, last = PEOPLE[number % 3].split()
        town = TOWNS[number % 6]
        lines += [f"سافر O\n{first} B-PERS\n{last} I-PERS\nإلى O\nبلدة O\n{town} B-LOC\nمساء O\n. O\n\n"]
    file = tmp_path / "corpus.txt"
    file.write_text("".join(lines), encoding="utf-8")
    return file


@pytest.fixture
def news(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    articles = [
        {"title": f"سفر إلى {town}", "body": f"سافر {person} إلى بلدة {town} مساء. عاد {person} صباحا."}
        for town in TOWNS
        for person in PEOPLE
    ]
    lines = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)
    (folder / "a.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.fixture
def trained(corpus, news, tmp_path):
    """Two folders, each with a model trained alike, the last sixth held out."""
    for name in ("one", "two"):
        request = Request(corpus, (news,), tmp_path / name, seed=2, hold_out=True)
        with Progress(disable=True) as progress:
            train(request, progress, Settings(rounds=12, folds=2))
    return tmp_path / "one", tmp_path / "two"


def test_training_twice_gives_the_same_bytes_and_what_was_learnt_is_found_and_the_card_says_how_well(trained):
    one, two = trained
    for name in ("fast.model", "MODEL_CARD.md"):
        assert (one / name).read_bytes() == (two / name).read_bytes()

    tagger = load(one / "fast.model")
    (found,) = tagger.tag([Passage.of("body", "سافر كرمان قنطوش إلى بلدة زلفار مساء.")])
    assert [(name.type, name.first, name.last) for name in found] == [("PER", 1, 2), ("LOC", 5, 5)]
    assert all(0.5 < name.score < 1 for name in found)
    assert tagger.tag([]) == []
    assert tagger.tag([Passage.of("body", ""), Passage.of("body", " – ")]) == [[], []]

    card = (one / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "has not seen it" in card
    assert "trained on 50 sentences" in card
    assert "| overall | 1.000 | 1.000 | 1.000 | 20 |" in card  # made-up sentences are easy
    assert "--seed 2 --hold-out" in card


def test_news_that_are_no_articles_are_named(corpus, tmp_path):
    (tmp_path / "news.jsonl").write_text("[]\n", encoding="utf-8")
    options = {"corpus": corpus, "news": tmp_path / "news.jsonl", "output": tmp_path / "model", "profile": "fast"}
    arguments = ["train", *(f"--{name}={value}" for name, value in options.items())]
    with pytest.raises(RequestError, match=r"news\.jsonl can't be read as news"):
        CliRunner().invoke(entities, arguments, catch_exceptions=False)
    assert not (tmp_path / "model").exists()
