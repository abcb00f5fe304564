"""Promises and whether they are kept."""

from isnad_cli.bench.bars import Bar, of_comparison


def rates(cpu, clock):
    return {"cpu": {"best": cpu, "median": cpu - 1}, "clock": {"best": clock, "median": clock - 1}}


def found(recall, precision):
    return {"recall": recall, "precision": precision}


REPORT = {
    "engines": [
        {
            "name": "isnad",
            "main": True,
            "articles_per_second": rates(21_000, 19_000),
            "scores": {"containment_0.5": found(0.999, 0.98), "containment_0.8": found(1.0, 1.0)},
        },
        {"name": "rensa", "main": False, "articles_per_second": rates(1, 1)},
        {
            "name": "rensa",
            "main": True,
            "articles_per_second": rates(4_000, 4_000),
            "articles_per_second_without_tokenising": rates(10_000, 10_000),
        },
    ],
    "offline": {"articles_per_second": rates(12_000, 11_000)},
    "stories": {"pairwise": found(0.93, 0.96), "unjoined_pairs": 0},
}


def test_each_promise_is_held_against_its_bar():
    """21,000 is more than five times 4,000 and more than twice 10,000; 19,000 is neither."""
    bars = {bar["what"]: (bar["value"], bar["holds"]) for bar in of_comparison(REPORT)}
    assert bars == {
        "links: recall of containment >= .5": (0.999, True),
        "links: recall of containment >= .8": (1.0, True),
        "links: precision of a stated containment >= .5": (0.98, False),
        "stories: pairwise precision": (0.96, True),
        "stories: pairwise recall": (0.93, True),
        "stories: pairs that nothing joins": (0, True),
        "isnad ÷ rensa, by cpu": (5.25, True),
        "isnad ÷ rensa without its tokenising, by cpu": (2.1, True),
        "the offline command ÷ rensa, by cpu": (3.0, True),
        "isnad ÷ rensa, by clock": (4.75, False),
        "isnad ÷ rensa without its tokenising, by clock": (1.9, False),
        "the offline command ÷ rensa, by clock": (2.75, False),
    }


def test_what_could_not_be_measured_is_neither_kept_nor_broken():
    """As where a corpus has no pair of a kind."""
    assert Bar("recall", None, ">=", 0.9).holds is None
