"""The plugin that gives the small Elasticsearch its Arabic filters, held to the stock ones.

The names and options are those of Elastic's reference («Text analysis components», 8.18), as are many of the
examples; the others are Lucene's own. What holds here holds on a full Elasticsearch, which has the same filters
without the plugin.
"""

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from isnad.indexes import Indexes
from isnad_cli.local.plugin import source
from isnad_index.templates import templates

NONE: frozenset[str] = frozenset()

STOCK: dict[str, dict[str, frozenset[str]]] = {
    "char_filter": {
        "html_strip": frozenset({"escaped_tags"}),
        "mapping": frozenset({"mappings", "mappings_path"}),
        "pattern_replace": frozenset({"pattern", "replacement", "flags"}),
    },
    "tokenizer": {
        "keyword": frozenset({"buffer_size"}),
        "standard": frozenset({"max_token_length"}),
        "uax_url_email": frozenset({"max_token_length"}),
        "whitespace": frozenset({"max_token_length"}),
    },
    "filter": {
        "arabic_normalization": NONE,
        "arabic_stem": NONE,
        "asciifolding": frozenset({"preserve_original"}),
        "decimal_digit": NONE,
        "edge_ngram": frozenset({"max_gram", "min_gram", "preserve_original", "side"}),
        "keyword_marker": frozenset({"ignore_case", "keywords", "keywords_path", "keywords_pattern"}),
        "lowercase": frozenset({"language"}),
        "pattern_capture": frozenset({"patterns", "preserve_original"}),
        "pattern_replace": frozenset({"all", "flags", "pattern", "replacement"}),
        "persian_normalization": NONE,
        "shingle": frozenset(
            {
                "filler_token",
                "max_shingle_size",
                "min_shingle_size",
                "output_unigrams",
                "output_unigrams_if_no_shingles",
                "token_separator",
            }
        ),
        "stemmer": frozenset({"language", "name"}),
        "stop": frozenset({"ignore_case", "remove_trailing", "stopwords", "stopwords_path"}),
        "unique": frozenset({"only_on_same_position"}),
    },
    "analyzer": {"custom": frozenset({"char_filter", "filter", "position_increment_gap", "tokenizer"})},
    "normalizer": {"custom": frozenset({"char_filter", "filter"})},
}
"""Names and options by kind, as far as isnad or its plugin uses the names."""

OF_THE_SERVER = {"standard", "shingle", "stop"}
"""In the server itself, with or without the stock module that the plugin stands in for."""


# --- what is asked for ---


def test_index_settings_ask_for_stock_names_and_options_only() -> None:
    """Every analyser, filter and tokenizer that the templates define or name is one that a full Elasticsearch has."""
    analyses = [settings_of(template) for template in templates(Indexes("test"), replicas=0).values()]
    assert any(analyses)
    assert [foreign for analysis in analyses for foreign in (*unknown_types(analysis), *unknown_names(analysis))] == []


def unknown_types(analysis: dict[str, Any]) -> Iterator[str]:
    """What is defined with a type or an option that is not stock."""
    for kind, defined in analysis.items():
        for name, definition in defined.items():
            options = STOCK[kind].get(definition.get("type", "custom"))
            if options is None or not set(definition) - {"type"} <= options:
                yield f"{kind} {name}: {definition}"


def unknown_names(analysis: dict[str, Any]) -> Iterator[str]:
    """What analysers and normalizers name that is neither defined beside them nor stock."""
    for definition in (*analysis.get("analyzer", {}).values(), *analysis.get("normalizer", {}).values()):
        for kind in ("char_filter", "tokenizer", "filter"):
            used = definition.get(kind, [])
            for name in [used] if isinstance(used, str) else used:
                if name not in analysis.get(kind, {}) and name not in STOCK[kind]:
                    yield f"{kind} {name}"


def settings_of(template: dict[str, Any]) -> dict[str, Any]:
    """The `analysis` of a template's settings, wherever they stand in it."""
    settings = template["template"]["settings"]
    found = settings.get("analysis") or settings.get("index", {}).get("analysis", {})
    assert isinstance(found, dict)
    return found


def java() -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in source().glob("src/**/*.java"))


def test_the_plugin_offers_stock_names_only() -> None:
    """Each name that it registers is in the reference; and it offers all of those that the server lacks."""
    text = java()
    registered = set(re.findall(r'\bput\(\s*"(\w+)"', text)) | set(re.findall(r'\bsingleton\("(\w+)"', text))
    registered |= set(re.findall(r'(?:Map\.of\(|\},|\}\),)\s*"(\w+)",', text))
    stock = set(STOCK["char_filter"]) | set(STOCK["tokenizer"]) | set(STOCK["filter"])
    assert registered == stock - OF_THE_SERVER


def test_the_plugin_reads_stock_options_only() -> None:
    """An option that only the plugin knew would be refused, or silently ignored, by a full Elasticsearch."""
    text = java()
    read = set(re.findall(r'settings\.get\w*\(\s*"(\w+)"', text))
    read |= set(re.findall(r'Analysis\.getWord\w+\(environment, settings, "(\w+)"', text))
    options = {
        option for kind in ("char_filter", "tokenizer", "filter") for one in STOCK[kind].values() for option in one
    }
    assert {"pattern", "mappings", "keywords", "only_on_same_position"} <= read
    assert read <= options


# --- what they do ---

Analyze = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def analyze(elasticsearch: str) -> Analyze:
    """Ask the real server, and return its tokens."""

    def ask(text: str, **request: Any) -> list[dict[str, Any]]:
        answer = httpx.post(f"{elasticsearch}/_analyze", json={"text": text, **request}, timeout=30)
        assert answer.status_code == httpx.codes.OK, answer.text
        tokens: list[dict[str, Any]] = answer.json()["tokens"]
        return tokens

    return ask


def words(tokens: list[dict[str, Any]]) -> list[str]:
    return [token["token"] for token in tokens]


def positions(tokens: list[dict[str, Any]]) -> list[int]:
    return [token["position"] for token in tokens]


@pytest.mark.real
@pytest.mark.parametrize(
    ("chain", "text", "expected"),
    [
        pytest.param(["arabic_normalization"], "آجن أحمد إعاذ بنى فاطمة", "اجن احمد اعاذ بني فاطمه", id="alef, ya, ta"),
        pytest.param(["arabic_normalization"], "روبرـــــت مَبنا عليٌّ", "روبرت مبنا علي", id="tatweel and marks"),
        pytest.param(["arabic_stem"], "الحسن والحسن بالحسن كالحسن فالحسن", "حسن حسن حسن حسن حسن", id="the article"),
        pytest.param(
            ["arabic_stem"], "للاخر وحسن زوجها ساهدان ساهدات", "اخر حسن زوج ساهد ساهد", id="clitics and endings"
        ),
        pytest.param(["arabic_stem"], "و يا", "و يا", id="too short to stem"),
        pytest.param([{"type": "stemmer", "language": "arabic"}], "الحسن ساهدون", "حسن ساهد", id="stemmer"),
        pytest.param(["persian_normalization"], "کشور های", "كشور هاي", id="Persian letters"),
        pytest.param(["decimal_digit"], "१-one two-२ ३ ٢٥٠١٥ ۱۲", "1-one two-2 3 25015 12", id="digits of all scripts"),
        pytest.param(["asciifolding"], "açaí à la carte", "acai a la carte", id="asciifolding"),
        pytest.param(
            [{"type": "asciifolding", "preserve_original": True}], "açaí la", "acai açaí la", id="asciifolding, both"
        ),
        pytest.param(["lowercase"], "THE Quick FoX", "the quick fox", id="lowercase"),
        pytest.param(
            [{"type": "edge_ngram", "min_gram": 1, "max_gram": 2}],
            "the quick brown fox jumps",
            "t th q qu b br f fo j ju",
            id="edge_ngram",
        ),
        pytest.param([{"type": "edge_ngram"}], "fox", "f fo", id="edge_ngram, by default 1 to 2"),
        pytest.param(
            [{"type": "edge_ngram", "min_gram": 3, "max_gram": 4, "preserve_original": True}],
            "jumps ox",
            "jum jump jumps ox",
            id="edge_ngram, with the original",
        ),
        pytest.param(["unique"], "the quick fox jumps the lazy fox", "the quick fox jumps lazy", id="unique"),
        pytest.param(
            [{"type": "unique", "only_on_same_position": True}], "fox the fox", "fox the fox", id="unique, elsewhere"
        ),
        pytest.param(
            [{"type": "pattern_replace", "pattern": "(dog)", "replacement": "watch$1"}],
            "foxes jump lazy dogs",
            "foxes jump lazy watchdogs",
            id="pattern_replace",
        ),
        pytest.param(
            [{"type": "pattern_replace", "pattern": "a", "replacement": "o", "all": False}],
            "banana",
            "bonana",
            id="pattern_replace, the first only",
        ),
        pytest.param(
            [{"type": "pattern_replace", "pattern": "FOX", "flags": "CASE_INSENSITIVE|COMMENTS"}],
            "foxes xfox",
            "es x",
            id="pattern_replace, flags",
        ),
        pytest.param(
            [{"type": "pattern_capture", "patterns": ["([^@]+)", r"(\p{L}+)", r"(\d+)", "@(.+)"]}, "unique"],
            "john-smith_123@foo-bar.com",
            "john-smith_123@foo-bar.com john-smith_123 john smith 123 foo-bar.com foo bar com",
            id="pattern_capture, an address",
        ),
        pytest.param(
            [{"type": "pattern_capture", "patterns": ["^و(.{3,})$"], "preserve_original": False}],
            "وسوريا ولد",
            "سوريا ولد",
            id="pattern_capture, without the original where it matched",
        ),
        pytest.param(
            [{"type": "keyword_marker", "keywords": ["الحسن"]}, "arabic_stem"],
            "الحسن بالحسن",
            "الحسن حسن",
            id="keyword_marker",
        ),
        pytest.param(
            [{"type": "keyword_marker", "keywords_pattern": "^ال.*"}, "arabic_stem"],
            "الحسن بالحسن",
            "الحسن حسن",
            id="keyword_marker, by pattern",
        ),
    ],
)
def test_token_filters(analyze: Analyze, chain: list[Any], text: str, expected: str) -> None:
    """The examples of the reference and of Lucene, on words parted by spaces."""
    assert words(analyze(text, tokenizer="whitespace", filter=chain)) == expected.split()


@pytest.mark.real
@pytest.mark.parametrize(
    ("char_filter", "text", "expected"),
    [
        pytest.param(
            {"type": "mapping", "mappings": ["٢ => 2", "٥ => 5", "٠ => 0", "١ => 1"]},
            "My license plate is ٢٥٠١٥",
            "My license plate is 25015",
            id="mapping",
        ),
        pytest.param(
            {"type": "mapping", "mappings": [r"\u0622 => \u0627", r"\u0640 =>", "لله => اله"]},
            "آلـــه لله",
            "اله اله",
            id="mapping, escapes, nothing, the longest first",
        ),
        pytest.param(
            {"type": "pattern_replace", "pattern": r"(\d+)-(?=\d)", "replacement": "$1_"},
            "My credit card is 123-456-789",
            "My credit card is 123_456_789",
            id="pattern_replace",
        ),
        pytest.param(
            {"type": "pattern_replace", "pattern": r"[^\p{L}\p{N}]", "replacement": " "},
            "د.ب.أ",
            "د ب أ",
            id="pattern_replace, Unicode classes",
        ),
        pytest.param("html_strip", "<p>I&apos;m so <b>happy</b>!</p>", "\nI'm so happy!\n", id="html_strip"),
        pytest.param(
            {"type": "html_strip", "escaped_tags": ["b"]},
            "<p>I&apos;m so <b>happy</b>!</p>",
            "\nI'm so <b>happy</b>!\n",
            id="html_strip, but for some tags",
        ),
    ],
)
def test_char_filters(analyze: Analyze, char_filter: Any, text: str, expected: str) -> None:
    """The examples of the reference, with the whole text as one token."""
    assert words(analyze(text, tokenizer="keyword", char_filter=[char_filter])) == [expected]


@pytest.mark.real
@pytest.mark.parametrize(
    ("tokenizer", "text", "expected"),
    [
        pytest.param(
            "uax_url_email",
            "Email me at john.smith@global-international.com",
            ["Email", "me", "at", "john.smith@global-international.com"],
            id="uax_url_email",
        ),
        pytest.param(
            {"type": "uax_url_email", "max_token_length": 5},
            "john.smith@global-international.com",
            ["john", "smith", "globa", "l", "inter", "natio", "nal.c", "om"],
            id="uax_url_email, cut",
        ),
        pytest.param("whitespace", "Brown-Foxes jumped, twice.", ["Brown-Foxes", "jumped,", "twice."], id="whitespace"),
        pytest.param({"type": "whitespace", "max_token_length": 3}, "abcde", ["abc", "de"], id="whitespace, cut"),
        pytest.param("keyword", "New York", ["New York"], id="keyword"),
    ],
)
def test_tokenizers(analyze: Analyze, tokenizer: Any, text: str, expected: list[str]) -> None:
    """The examples of the reference."""
    assert words(analyze(text, tokenizer=tokenizer)) == expected


@pytest.mark.real
def test_offsets_lead_back_to_the_original_spelling(analyze: Analyze) -> None:
    """A highlight stands on what was written, also where characters were put in or taken out."""
    text = "قال الـــرئيس ﷲ هنا"
    filters = [{"type": "mapping", "mappings": ["ـ =>", r"\ufdf2 => الله"]}]
    tokens = analyze(text, tokenizer="whitespace", char_filter=filters)
    assert words(tokens) == ["قال", "الرئيس", "الله", "هنا"]
    assert [text[token["start_offset"] : token["end_offset"]] for token in tokens] == text.split()


@pytest.mark.real
def test_captures_stand_where_their_word_stands(analyze: Analyze) -> None:
    """A phrase is found through any of the readings; `unique` then drops equal ones of the same position only."""
    capture = {"type": "pattern_capture", "patterns": ["^و(.+)$", "(.)سوريا"]}
    tokens = analyze("وسوريا سوريا", tokenizer="whitespace", filter=[capture])
    assert sorted(words(tokens)) == sorted(["وسوريا", "سوريا", "و", "سوريا"])
    assert positions(tokens) == [0, 0, 0, 1]
    same = {"type": "pattern_capture", "patterns": ["^(ab)c", "(ab)"]}
    once = {"type": "unique", "only_on_same_position": True}
    assert words(analyze("abc ab", tokenizer="whitespace", filter=[same])) == ["abc", "ab", "ab", "ab"]
    assert words(analyze("abc ab", tokenizer="whitespace", filter=[same, once])) == ["abc", "ab", "ab"]


@pytest.mark.real
def test_a_normalizer_takes_the_filters_that_it_takes_in_a_full_server(elasticsearch: str) -> None:
    """Keywords may be folded with them; a filter that makes several tokens of one is refused."""
    index = f"{elasticsearch}/test-normalizer-{uuid.uuid4().hex[:8]}"
    chain = ["arabic_normalization", "persian_normalization", "decimal_digit", "asciifolding", "lowercase"]
    normalizer = {"type": "custom", "filter": chain, "char_filter": ["no_tatweel"]}
    analysis = {
        "char_filter": {"no_tatweel": {"type": "mapping", "mappings": ["ـ =>"]}},
        "normalizer": {"folded": normalizer},
    }
    httpx.put(index, json={"settings": {"analysis": analysis}}).raise_for_status()
    try:
        answer = httpx.post(f"{index}/_analyze", json={"normalizer": "folded", "text": "أمـيركا É ٢٠"})
        assert words(answer.json()["tokens"]) == ["اميركا e 20"]
    finally:
        httpx.delete(index).raise_for_status()
    normalizer["filter"] = ["arabic_stem"]
    refused = httpx.put(index, json={"settings": {"analysis": analysis}})
    assert refused.status_code == httpx.codes.BAD_REQUEST
    assert "may not use filter [arabic_stem]" in refused.text


@pytest.mark.real
@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"type": "pattern_replace", "replacement": "x"}, id="no pattern"),
        pytest.param({"type": "pattern_replace", "pattern": "x", "flags": "LOUDLY"}, id="unknown flag"),
        pytest.param({"type": "pattern_replace", "pattern": "("}, id="broken pattern"),
        pytest.param({"type": "pattern_capture"}, id="no patterns"),
        pytest.param({"type": "keyword_marker"}, id="no keywords"),
        pytest.param(
            {"type": "keyword_marker", "keywords": ["a"], "keywords_pattern": "b"}, id="two kinds of keywords"
        ),
    ],
)
def test_settings_that_a_full_server_refuses_are_refused(elasticsearch: str, definition: dict[str, Any]) -> None:
    """A mistake in the template is noticed here already."""
    analysis = {
        "filter": {"one": definition},
        "analyzer": {"all": {"type": "custom", "tokenizer": "standard", "filter": ["one"]}},
    }
    answer = httpx.put(
        f"{elasticsearch}/test-refused-{uuid.uuid4().hex[:8]}", json={"settings": {"analysis": analysis}}
    )
    assert answer.status_code == httpx.codes.BAD_REQUEST
