"""The picture, from a report as it is printed."""

import json
import re

import pytest

from isnad.errors import RequestError
from isnad_cli.bench.plot import draw, read_report


def engine(name, rate, recall, precision, *, main=True, bands=None):
    return {
        "name": name,
        "main": main,
        "setting": {"bands": bands} if bands else {},
        "articles_per_second": {"cpu": {"best": rate, "median": rate}, "clock": {"best": rate, "median": rate}},
        "scores": {"containment_0.5": {"recall": recall, "precision": precision, "found": 9, "true": 9}},
    }


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.json"
    engines = [
        engine("isnad", 20_000, 0.999, 1.0),
        engine("rensa", 4_000, 0.97, 0.49, bands=64),
        engine("rensa", 4_100, 0.67, None, main=False, bands=32),
    ]
    path.write_text(json.dumps({"corpus": {"articles": 15_003}, "engines": engines, "more": 1}))
    return read_report(path)


def test_all_settings_are_drawn_and_named(report, tmp_path):
    """A point each, with what is right of what it names, and each library by its name."""
    draw(report, tmp_path / "peers.svg")
    picture = (tmp_path / "peers.svg").read_text()
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    assert {"isnad", "rensa", "100% right", "64 bands, 49% right", "32 bands"} <= set(labels)
    assert any("15,003 articles" in label for label in labels)


def test_the_same_report_gives_the_same_picture(report, tmp_path):
    """Otherwise every run would be a change in the repository."""
    draw(report, tmp_path / "one.svg")
    draw(report, tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_the_ending_says_the_format(report, tmp_path):
    """PNG as well; another one is refused in a sentence."""
    draw(report, tmp_path / "peers.png")
    assert (tmp_path / "peers.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(RequestError, match="can't be drawn"):
        draw(report, tmp_path / "peers.doc")
    with pytest.raises(RequestError, match=r"can't be written: No such file or directory\. Name a file in a folder"):
        draw(report, tmp_path / "nowhere" / "peers.svg")


def test_another_file_is_no_report(tmp_path):
    """Said with what to give instead."""
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(RequestError, match=r"no report of a comparison.*Give what `isnad bench dedup` printed"):
        read_report(tmp_path / "other.json")


def test_a_corpus_without_reprints_gives_no_picture(tmp_path):
    """There is no share of nothing."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"corpus": {"articles": 1}, "engines": [engine("isnad", 1, None, None)]}))
    with pytest.raises(RequestError, match="no two texts share half"):
        draw(read_report(path), tmp_path / "peers.svg")
