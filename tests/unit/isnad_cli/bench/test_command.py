"""`isnad bench`, called as a user does, on made-up articles."""

import itertools
import json
import subprocess
import sys

import pytest

COUNTER = itertools.count()
WORDS = [[f"ك{next(COUNTER)}" for _ in range(60 + 10 * (number % 5))] for number in range(40)]


def isnad(*arguments, code=0):
    command = [sys.executable, "-m", "isnad_cli", "bench", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """40 unrelated articles, then a copy of the first, half of the second, and a third of the third."""
    texts = [*WORDS, WORDS[0], WORDS[1][:35], WORDS[2][:26]]
    path = tmp_path_factory.mktemp("corpus") / "articles.jsonl"
    lines = [
        {"id": str(number), "source": "s", "title": f"عنوان {number}", "body": " ".join(words)}
        for number, words in enumerate(texts)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


@pytest.fixture(scope="module")
def report(corpus):
    return json.loads(isnad("dedup", "--corpus", corpus, "--repeat", "1", "--stories").stdout)


def test_what_the_corpus_holds_is_told(report):
    """The shortened texts are contained whole: three pairs, of which one is a whole copy."""
    assert report["corpus"]["articles"] == 43
    assert report["corpus"]["pairs"] == {"jaccard_0.5": 1, "containment_0.5": 3, "containment_0.8": 3}


def test_isnad_finds_all_three_and_nothing_else(report):
    """With the story of each pair."""
    own = report["engines"][0]
    assert own["name"] == "isnad"
    assert own["links"] == 3
    assert own["links_of_inexact_share"] == 0
    assert own["scores"]["containment_0.5"] == {"recall": 1.0, "precision": 1.0, "found": 3, "true": 3}
    assert report["stories"]["stories"] == 40
    assert report["stories"]["pairwise"] == {"precision": 1.0, "recall": 1.0, "same_story": 3, "true": 3}
    assert report["stories"]["largest_ids"]["0"] == ["0", "40"]


def test_each_library_is_timed_with_and_without_its_tokenising(report):
    """In four settings each; the whole copy is found by all of them."""
    peers = report["engines"][1:]
    assert [(peer["name"], peer["main"]) for peer in peers] == [
        (name, main) for name in ("rensa", "datasketch") for main in (False, False, True, False)
    ]
    for peer in peers:
        assert peer["articles_per_second"]["cpu"]["best"] > 0
        assert peer["articles_per_second_without_tokenising"]["clock"]["best"] > 0
        assert peer["scores"]["jaccard_0.5"]["recall"] == 1.0


def test_every_promise_has_a_value(report):
    """And the report can be drawn."""
    assert len(report["bars"]) == 23
    assert all(bar["value"] is not None for bar in report["bars"])


def test_the_report_can_be_drawn(report, tmp_path):
    """By the command beside it."""
    (tmp_path / "report.json").write_text(json.dumps(report))
    isnad("plot", tmp_path / "report.json", "--output", tmp_path / "peers.svg")
    assert "<svg" in (tmp_path / "peers.svg").read_text()


def test_paths_that_the_shell_makes_of_a_pattern_are_all_read(corpus, tmp_path):
    """--corpus july/*.zip becomes --corpus july/1.zip july/2.zip."""
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps({"id": "more", "source": "s", "body": "خبر آخر"}))
    report = json.loads(isnad("dedup", "--corpus", corpus, more, "--repeat", "1").stdout)
    assert report["corpus"]["articles"] == 44


def test_a_corpus_of_nothing_is_a_sentence(tmp_path):
    """Status 2, no traceback."""
    (tmp_path / "empty.jsonl").write_text("\n")
    done = isnad("dedup", "--corpus", tmp_path / "empty.jsonl", code=2)
    assert done.stderr.strip().endswith("Give JSON lines, JSON arrays or zips of them.")


def test_a_missing_package_names_the_extra(tmp_path):
    """Before anything is read."""
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "sys.argv = ['isnad', 'bench', 'plot', sys.argv[1], '--output', 'x.svg']\n"
        "from isnad_cli.__main__ import main; main()"
    )
    (tmp_path / "report.json").write_text("{}")
    command = [sys.executable, "-c", program, str(tmp_path / "report.json")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == 'isnad: The package matplotlib is not installed. Get it: pip install "isnad[bench]"\n'
