"""The columns of a row of words, against a plain reading of what they mean."""

import numpy as np
import pytest

from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.tagging.fast.listed import CODES
from isnad_entities.tagging.fast.surroundings import (
    ADJECTIVE,
    BETWEEN,
    COLUMNS,
    OTHER,
    TITLE,
    bridge,
    columns,
    width,
)

PROFILES = 7


def licences(gaps, bridges):
    """0 far from a title, 1 in its reach, 2 right behind it or its adjective; nine words at most, none past a stop."""
    found, title, near = [], None, False
    for place, (gap, kind) in enumerate(zip(gaps, bridges, strict=True)):
        if gap == 4:
            title = None
        found.append(0 if title is None else 2 if near else 1)
        if kind == TITLE:
            title, near = place, True
        elif title is not None and (kind == OTHER or place - title >= 9):
            title = None
        elif title is not None:
            near = kind == ADJECTIVE
    return found


def expected(gaps, listed, bridges, profiles):
    size, rows = len(gaps), []
    gaps = [4, *gaps[1:]]
    licence = licences(gaps, bridges)
    for place in range(size):
        behind = gaps[place + 1] if place + 1 < size else 4
        near = [listed[at] if 0 <= at < size else 0 for at in range(place - 2, place + 3)]
        values = [gaps[place] * 5 + behind, *near, listed[place] * 5 + gaps[place]]
        values += [licence[place] * PROFILES + profiles[place], licence[place - 1] if place else 0]
        sizes = [25, *[CODES] * 5, CODES * 5, 3 * PROFILES, 3]
        starts = np.cumsum([0, *sizes[:-1]])
        rows.append([int(start) + value for start, value in zip(starts, values, strict=True)])
    return rows


@pytest.mark.parametrize("seed", range(20))
def test_columns_are_the_numbers_of_what_stands_around(seed):
    random = np.random.default_rng(seed)
    size = 1 + 3 * seed
    gaps = random.choice([0, 0, 0, 0, 2, 4], size).astype(np.uint8)
    listed = random.integers(0, CODES, size).astype(np.uint8)
    bridges = random.choice([OTHER, TITLE, ADJECTIVE, BETWEEN], size, p=[0.1, 0.2, 0.4, 0.3]).astype(np.uint8)
    profiles = random.integers(0, PROFILES, size).astype(np.uint16)
    found = columns(gaps, listed, bridges, profiles, PROFILES, CODES)
    assert found.shape == (size, COLUMNS)
    assert found.tolist() == expected(gaps.tolist(), listed.tolist(), bridges.tolist(), profiles.tolist())
    assert found.max() < width(PROFILES)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("الرييس", TITLE), ("الروسي", ADJECTIVE), ("السابق", ADJECTIVE), ("قال", OTHER), ("لدوله", BETWEEN)],
)
def test_a_word_bridges_a_title_and_its_name_or_ends_the_titles_reach(word, kind):
    assert bridge(word, vocabulary().facts(word)) == kind
