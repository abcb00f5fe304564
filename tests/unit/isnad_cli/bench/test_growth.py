"""A window that fills, at sizes that take a second."""

import itertools
import json

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError
from isnad_cli.bench.command import bench
from isnad_cli.bench.engines import BareIndex, WholeDedup
from isnad_cli.bench.growth import articles_needed, grow, points_up_to
from isnad_cli.bench.synthetic import SyntheticLog

COUNTER = itertools.count()
CORPUS = [
    " ".join(" ".join(f"ك{next(COUNTER)}" for _ in range(12)) + "." for _ in range(5 + number % 10))
    for number in range(300)
]
POINTS = [401, 6000]


def test_points_are_powers_of_ten_and_the_end():
    """A million is its own last point."""
    assert points_up_to(1_000_000) == [10_000, 100_000, 1_000_000]
    assert points_up_to(50_000) == [10_000, 50_000]
    assert points_up_to(10_000) == [10_000]


@pytest.mark.parametrize("engine", [WholeDedup, BareIndex])
def test_what_is_measured_of_a_window_that_fills(engine):
    """Planted copies are found, the snapshot answers as it should, and all that is promised has a value."""
    log = SyntheticLog(CORPUS, articles_needed(POINTS))
    told = []
    report = grow(log, POINTS, engine, lambda _: None, told.append)
    assert told == sorted(told)
    assert told[-1] >= 6000
    for point, least in zip(report["points"], POINTS, strict=True):
        assert point["articles"] >= least
        assert point["recall_of_planted"]["whole"] == 1.0
        assert point["recall_of_planted"]["all"] > 0.95
        assert point["microseconds_per_article"]["cpu"]["mean"] > 0
        longest = point["longest_batch_of_the_fill_seconds"]
        assert 0 < longest["cpu"] < 60
        assert longest["clock"] >= point["microseconds_per_article"]["clock"]["median"] * 200 / 1e6
        assert point["disk_bytes_per_article"] > 0
        assert point["snapshot"]["first_answer_is_right"] is True
        assert point["snapshot"]["bytes_on_disk"] > 0
    first, last = (point["longest_batch_of_the_fill_seconds"] for point in report["points"])
    assert last["cpu"] >= first["cpu"]
    # Two batches of 200 and one of 1, which costs next to nothing: of two, the mean is the median.
    cost = report["points"][0]["microseconds_per_article"]["clock"]
    assert cost["mean"] == cost["median"]
    beside = report["side_by_side"]
    assert beside["beside_articles"] == 401
    assert beside["articles"] >= 6000
    # Every twentieth of the articles that both were given is made of one that both hold.
    assert beside["links_per_article"] >= beside["beside_links_per_article"] >= 0.045
    assert all(bar["value"] is not None for bar in report["bars"])


def test_a_corpus_of_short_articles_is_refused():
    """Of a text of a line nobody could say whether a snapshot still knows it."""
    log = SyntheticLog(["خبر عاجل من دمشق."], 1000)
    with pytest.raises(RequestError, match="none has more than 500 characters"):
        grow(log, POINTS, BareIndex, lambda _: None, lambda _: None)


def test_a_corpus_without_a_sentence_is_refused(tmp_path):
    """Titles alone are no text."""
    corpus = tmp_path / "articles.jsonl"
    corpus.write_text(json.dumps({"id": "a", "source": "s", "title": "عنوان", "body": ""}))
    refused = CliRunner().invoke(bench, ["growth", "--corpus", str(corpus), "--articles", "10000"]).exception
    assert isinstance(refused, RequestError)
    assert "Articles can't be made of the corpus: there is no sentence in the texts." in str(refused)
