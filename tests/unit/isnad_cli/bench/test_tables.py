"""Reports as tables."""

import json

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError
from isnad_cli.bench.command import table as command
from isnad_cli.bench.tables import table


def score(recall, precision):
    return {"recall": recall, "precision": precision, "found": 1, "true": 1}


def rates(cpu):
    return {"cpu": {"best": cpu, "median": cpu}, "clock": {"best": 1, "median": 1}}


COMPARED = {
    "engines": [
        {
            "name": "isnad",
            "setting": {},
            "articles_per_second": rates(20_400.4),
            "articles_per_second_into_matches_alone": rates(40_000.0),
            "scores": {
                "containment_0.5": score(0.99977, 1.0),
                "containment_0.8": score(1.0, 1.0),
                "jaccard_0.5": score(1.0, None),
            },
        },
        {
            "name": "rensa",
            "setting": {"num_perm": 128, "bands": 64},
            "articles_per_second": rates(4_000.0),
            "articles_per_second_without_tokenising": rates(50_000.0),
            "scores": dict.fromkeys(("containment_0.5", "containment_0.8", "jaccard_0.5"), score(0.5, None)),
        },
    ]
}

GROWN = {
    "points": [
        {
            "articles": 10_000,
            "microseconds_per_article": {"cpu": {"mean": 45.31, "median": 1}},
            "longest_batch_of_the_fill_seconds": {"cpu": 0.0427, "clock": 1},
            "recall_of_planted": {"all": 0.998},
            "resident_bytes_per_article": {"anonymous": 1044, "file": 237},
            "disk_bytes_per_article": 3878,
            "snapshot": {"capture_seconds": 0.0148, "write_seconds": 0.63, "load_and_first_answer_seconds": 1.25},
        }
    ]
}


def test_a_comparison_has_a_line_for_each_engine_and_setting():
    """And one for matching alone. The shares to four places; what was not measured stays empty."""
    assert table(COMPARED).splitlines()[1:] == [
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| isnad | 20,400 |  | .9998 | 1.0000 | 1.0000 | 1.0000 |",
        "| isnad, matches alone | 40,000 |  | .9998 | 1.0000 | 1.0000 | 1.0000 |",
        "| rensa (num perm 128, bands 64) | 4,000 | 50,000 | .5000 |  | .5000 | .5000 |",
    ]


def test_growth_has_a_line_for_each_size():
    """Times in the unit in which they can be read."""
    assert (
        table(GROWN).splitlines()[2] == "| 10,000 | 45 | 43 ms | .9980 | 1,044 | 237 | 3,878 | 15 ms | 0.6 s | 1.2 s |"
    )


def test_something_else_is_no_report():
    """Whatever it is."""
    for other in ([], {}, {"engines": 1}, {"points": [{}]}):
        with pytest.raises(RequestError, match="This is no report"):
            table(other)


def test_the_command_prints_it(tmp_path):
    """For the documentation."""
    (tmp_path / "report.json").write_text(json.dumps(GROWN))
    result = CliRunner().invoke(command, [str(tmp_path / "report.json")])
    assert result.output == table(GROWN) + "\n"
