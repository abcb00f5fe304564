"""Twice as much to read takes twice as long: no input of the allowed size can hold up the others.

What is compared are the costs of n and of 4n of the same; 4 is linear, 16 quadratic.
"""

import contextlib
import importlib
import json
import pkgutil
import re
import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.targets import ARRIVED

import isnad.text
import isnad_entities
import isnad_feeder
import isnad_prepare
from isnad.codec import decode
from isnad.errors import IsnadError
from isnad.identity import canonical_url
from isnad.messages import RawArticle
from isnad.terminal import escaped
from isnad.testing.builders import record
from isnad.text.clean import clean
from isnad.text.dateline import find_dateline
from isnad.text.split import split
from isnad.text.words import tokens, words
from isnad_api.questions import understand
from isnad_entities.enrich import read, wires
from isnad_entities.names import names
from isnad_prepare.pages import prepare_record
from isnad_prepare.times import published
from isnad_prepare.webpages import read_html

TIMES_AS_LONG = 10.0
"""At most, for four times as much: far from 4, and far from 16."""
LEAST_SECONDS = 0.01
"""Shorter ones say nothing."""
RUNS = 4

REPORT = "عنوان قصير من ثلاث\n\nدمشق – رويترز – أعلنت الوزارة أن الجسر القديم فتح أمام المارة بعد عامين من إغلاقه.\n\n"
PARAGRAPH = "أعلنت الوزارة أن الجسر القديم فتح أمام المارة بعد عامين من الإغلاق الطويل الذي سببه الفيضان في الشتاء.\n"


def pages(text: str) -> None:
    split(clean(text))


def entities(text: str) -> None:
    read("", text, None, None, names(), wires())


def html(text: str) -> None:
    read_html(f"<html><body>{text}</body></html>", ARRIVED)


def record_of(field: str) -> Callable[[str], None]:
    def prepare(text: str) -> None:
        value = json.dumps({"schema": 1, "source": "a", "title": "t", field: text}).encode()
        prepare_record(record(value), "t", lambda _: "ar")

    return prepare


def names_twice(text: str) -> None:
    fields = ",".join(f'"{number}":0' for number in range(len(text)))
    decode(RawArticle, f'{{"schema":1,"source":"a","body":"b",{fields},"{len(text) - 1}":0}}'.encode())


WORK: list[tuple[str, Callable[[str], object], str, int]] = [
    ("a page of paragraphs", pages, PARAGRAPH, 100),
    ("a page of reports", pages, REPORT, 50),
    ("a page of boxes", pages, "شاهد أيضاً\n\nعنوان …\n\n", 500),
    ("a page of comments", pages, "التعليقات\n", 800),
    ("a page of one word", pages, "ن", 100_000),
    ("marks", words, "\u064b", 50_000),
    ("tatweel", tokens, "نـ", 30_000),
    ("ligatures", tokens, "ﷺ ", 10_000),
    ("a page of datelines", find_dateline, "دمشق – أ ف ب – ", 10_000),
    ("names", entities, "الرئيس محمد بن سلمان قال في دمشق ", 60),
    ("particles", entities, "آل ", 2000),
    ("given names", entities, "محمد ", 1500),
    ("agencies", entities, "وكالة (رويترز) - ", 500),
    ("brackets", entities, "(«", 20_000),
    ("a url", canonical_url, "http://a/?b=c&", 3000),
    ("a date", lambda text: published(text, ARRIVED), "1/1/(", 20_000),
    ("a search", lambda text: understand(text[:500]), '"-|', 2000),
    ("controls on a terminal", escaped, "\x1b\u202e", 20_000),
    ("a title of references", record_of("title"), "&#9;&", 10_000),
    ("an address", record_of("url"), "?&=", 10_000),
    ("unclosed tags", html, "<div>", 600),
    ("tags that close nothing", html, "</p></div>", 1500),
    ("links", html, "<a href=x>y</a> ", 400),
    ("half a tag", html, "<p ", 2000),
    ("comments", html, "<!--", 5000),
    ("references", html, "&#x1F;&a", 5000),
    ("fields that are there twice", names_twice, "x", 10_000),
]


@pytest.mark.parametrize(("work", "unit", "times"), [case[1:] for case in WORK], ids=[case[0] for case in WORK])
def test_four_times_as_much_takes_about_four_times_as_long(
    work: Callable[[str], object], unit: str, times: int
) -> None:
    """The least of some runs of each; measured again where the machine was busy with something else."""
    cost(work, unit)
    less, more = cost(work, unit * times), float("inf")
    for _ in range(RUNS):
        less, more = min(less, cost(work, unit * times)), min(more, cost(work, unit * 4 * times))
        if more <= TIMES_AS_LONG * max(less, LEAST_SECONDS):
            return
    pytest.fail(f"{times} take {less:.3f} s, {4 * times} take {more:.3f} s")


@pytest.mark.parametrize(
    ("work", "unit", "times"),
    [
        (pages, REPORT, 50),
        (pages, "ن\n", 300),
        (entities, "الرئيس محمد بن سلمان قال في دمشق ", 40),
        (record_of("body"), PARAGRAPH, 50),
    ],
    ids=["reports", "short lines", "names", "a record"],
)
def test_four_times_as_much_takes_about_four_times_the_memory(
    work: Callable[[str], object], unit: str, times: int
) -> None:
    work(unit)
    less, more = peak_bytes(work, unit * times), peak_bytes(work, unit * 4 * times)
    assert more < 6 * less


def peak_bytes(work: Callable[[str], object], text: str) -> int:
    tracemalloc.start()
    try:
        work(text)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def cost(work: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    with contextlib.suppress(IsnadError):
        work(text)
    return time.process_time() - start


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every regular expression of the packages that read what others wrote, with its name."""
    modules = [importlib.import_module("isnad_api.questions"), importlib.import_module("isnad_api.clitics")]
    for package in (isnad.text, isnad_prepare, isnad_entities, isnad_feeder):
        found = (one.name for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
        modules += [importlib.import_module(name) for name in found if not name.endswith("__main__")]
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module.__name__}.{name}", value


LONGEST_LINE = 250
"""`isnad.text.rules` looks at no longer line."""

PUMPS = ("_", " ", "-", "a", "1", ".", "/", "(", "ا", "\u064b", "_a", " 1", '"', "<")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("expression", [pytest.param(value, id=name) for name, value in expressions()])
def test_no_regular_expression_goes_astray(expression: re.Pattern[str]) -> None:
    """What begins as it must, goes on with one thing many times over and ends as it must not, is told at once."""

    @settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(expression, alphabet=st.characters()))
    def is_quick(fitting: str) -> None:
        for place in range(min(len(fitting), 12) + 1):
            for pump in PUMPS:
                text = (fitting[:place] + pump * LONGEST_LINE)[:LONGEST_LINE] + "\n!\0"
                seconds = cost(lambda one: (expression.fullmatch(one), expression.search(one)), text)
                assert seconds < 1, text

    is_quick()
