"""Whatever the text, a mention's span is the mention's text."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isnad_entities.enrich import read, wires
from isnad_entities.names import names
from isnad_entities.words.clitics import offset_after, splits

SEEDS = sorted(Path("seeds").glob("*.txt"))
WORDS = """
    الرئيس السوري بشار الأسد وللأسد دمشق، لِلرَّقّة بسـوريا ﻻفروف وﻷردوغان قوّات سوريا الديمقراطية (قسد) «داعش»
    رويترز أ.ف.ب – . بلدات سقبا وحمورية أبو عبدالرحمن قال وكالات وزارة الخارجية الروسية لوكالة سيرغي لافروف حزب ﷲ
"""
PIECES = [*WORDS.split(), "\n", "\u200f", "َ", "ـ"]


def assert_spans_hold(title: str, body: str) -> None:
    found, credits_ = read(title, body, None, None, names(), wires())
    fields = {"title": title, "body": body}
    for one in [*found, *credits_]:
        assert fields[one.field][one.start : one.end] == one.text != ""
    spans = [(one.field, one.start, one.end) for one in found]
    for (field, _, end), (next_field, start, _) in pairwise(spans):
        assert field != next_field or end <= start, "mentions stand in order and do not overlap"


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_the_seeds_spans_are_their_texts(seed: Path) -> None:
    text = seed.read_text()
    title, _, body = text.partition("\n")
    assert_spans_hold(title, body)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25), st.lists(st.sampled_from([" ", "", "  "]), min_size=25, max_size=25)
)
def test_names_in_any_order_keep_their_spans(pieces: list[str], spaces: list[str]) -> None:
    assert_spans_hold("", "".join(piece + space for piece, space in zip(pieces, spaces, strict=False)))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(alphabet="ابتدسوريلكمنعه ﻻﷲًـ\u200f«»().\n", max_size=200))
def test_any_text_keeps_its_spans(title: str, body: str) -> None:
    assert_spans_hold(title, body)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("لبنان", {(0, "لبنان"), (1, "بنان")}),
        ("وبسوريا", {(0, "وبسوريا"), (1, "بسوريا"), (2, "سوريا")}),
        ("للرقه", {(0, "للرقه"), (1, "لرقه"), (2, "الرقه")}),
        ("في", {(0, "في")}),
    ],
)
def test_clitics_come_off_in_every_way(word: str, expected: set[tuple[int, str]]) -> None:
    assert set(splits(word)) >= expected


@pytest.mark.parametrize(
    ("written", "letters", "rest"),
    [("وسوريا", 1, "سوريا"), ("وَسوريا", 1, "سوريا"), ("وـسوريا", 1, "سوريا"), ("بِﻷردن", 1, "ﻷردن"), ("ﻷردن", 1, None)],
)
def test_a_cut_is_found_in_the_text_as_written(written: str, letters: int, rest: str | None) -> None:
    """A ligature that stands for letters on both sides of the cut can't be cut."""
    at = offset_after(written, 0, len(written), letters)
    assert (written[at:] if at is not None else None) == rest
