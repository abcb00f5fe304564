"""A state goes with the window, the topic and the thresholds that it was made under, and with no others."""

from types import ModuleType

import pytest

from isnad.similarity import index, joining
from isnad.similarity.window import Window
from isnad_dedup.matching.identity import constants, identity

WINDOW = Window(days=7, articles=1000)


@pytest.mark.parametrize(
    ("topic", "window", "differs"),
    [
        ("articles.prepared", WINDOW, set()),
        ("other.articles.prepared", WINDOW, {"topic"}),
        ("articles.prepared", Window(days=8, articles=1000), {"window_days"}),
        ("articles.prepared", Window(days=7, articles=1001), {"window_articles"}),
    ],
)
def test_window_and_topic_are_in_it(topic: str, window: Window, differs: set[str]):
    one, other = identity("articles.prepared", WINDOW), identity(topic, window)
    assert {name for name in one if one[name] != other[name]} == differs


def test_thresholds_are_in_it_by_name():
    facts = identity("articles.prepared", WINDOW)
    assert facts["index.LEAST_SHARE"] == index.LEAST_SHARE
    assert facts["joining.JOINING_SHARE"] == joining.JOINING_SHARE
    assert facts["shingles.HASH_VERSION"] == 2


def test_constants_are_numbers_and_words_by_names_in_capitals():
    module = ModuleType("example")
    vars(module).update(SHARE=0.5, _MOST=7, WORD="a", lower=1, Class=int, LIST=[1], FLAG=True)
    assert constants(module) == {"SHARE": 0.5, "_MOST": 7, "WORD": "a", "FLAG": True}
