"""Elasticsearch's folded words are those of `isnad.text.words`, so that search and dedup read a text alike."""

import unicodedata
import uuid
from pathlib import Path

import httpx
import pytest

from isnad.text.words import words
from isnad_index.analysis import analysis

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))

HARD = [
    "أميركا إيران آسيا ٱلله ؤ ئ ى ة",
    "مُحَمَّدٌ الـــرئيس ـ ـــ",
    "ﷲ ﷺ ﻻ ﻵ ﺍﻟﻌﺮﺏ ﭘ ﯽ",
    "کشور گیتی یک هۀ ۀ ھ ہ ے ۓ ڪ",
    "١٢٣ ۴۵۶ 1٢۳ ١٢٬٠٠٠ ٣٫٥ 3.14 12,000",
    "\u200fالقدس\u200e \u202bدمشق\u202c \u2067حلب\u2069 نیم\u200cفاصله بـ\u200dـه \ufeffبداية",
    "foo_bar can't U.S.A. a:b x/y e-mail@example.org C++ №5",
    "أ.ف.ب «رويترز» “د ب أ” (سانا)، وكالات؛ ماذا؟ نعم…",
    "İstanbul ΣΊΣΥΦΟΣ Straße ÉCOLE Ångström ǅ",
    "© ® ™ ♥ 😀 👨‍👩‍👧 ۞ ﴾ ﴿ ۝",
    "بعد\u00a0مسافة\u202fضيقة\tو\nسطر",
    "ا" * 200,
    "",
    "     ",
]


@pytest.fixture(scope="module")
def fold(elasticsearch):
    """Words by Elasticsearch's folding analyser."""
    index = f"test-folding-{uuid.uuid4().hex[:8]}"
    with httpx.Client(base_url=elasticsearch, timeout=60) as client:
        client.put(f"/{index}", json={"settings": {"analysis": analysis()}}).raise_for_status()

        def fold(text):
            answer = client.post(f"/{index}/_analyze", json={"analyzer": "isnad_folded", "text": text})
            return [token["token"] for token in answer.raise_for_status().json()["tokens"]]

        yield fold
        client.delete(f"/{index}")


@pytest.mark.real
@pytest.mark.parametrize("text", HARD)
def test_hard_words_are_read_alike(fold, text):
    assert fold(text) == words(text)


@pytest.mark.real
@pytest.mark.parametrize("file", SEEDS, ids=lambda file: file.name)
def test_the_seeds_are_read_alike(fold, file):
    text = file.read_text()
    assert fold(text) == words(text)


@pytest.mark.real
def test_every_character_of_the_scripts_of_the_press_is_read_alike(fold):
    """Between two letters; left out are letters newer than the server's Unicode, and fractions and superscripts."""
    blocks = [
        range(0x20, 0x870),
        range(0x8A0, 0x8B5),
        range(0x2000, 0x2100),
        range(0xFB50, 0xFE00),
        range(0xFE70, 0xFF00),
    ]
    characters = [chr(code) for block in blocks for code in block]
    given = [one for one in characters if unicodedata.category(one) not in ("Cn", "Cs", "Co", "No")]
    different = []
    for start in range(0, len(given), 300):
        part = given[start : start + 300]
        if fold(" ".join(f"ا{one}ب" for one in part)) != words(" ".join(f"ا{one}ب" for one in part)):
            different += [one for one in part if fold(f"ا{one}ب") != words(f"ا{one}ب")]
    assert different == []
