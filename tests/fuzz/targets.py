"""What must hold for any bytes, parser by parser; `TARGETS` names them with what to begin with.

Each target takes bytes and raises `AssertionError`, or whatever the parser lets through, where it does not hold. The
same functions run under hypothesis in `test_targets.py` and under atheris in `python -m tests.fuzz`.
"""

import contextlib
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
from tests.fuzz import corpus

from isnad import deaths, keys
from isnad.codec import decode, decode_either, encode
from isnad.endpoints import kafka_servers
from isnad.errors import RecordError, RequestError, SetupError
from isnad.identity import canonical_url
from isnad.indexes import Indexes
from isnad.messages import (
    DeadLetter,
    EnrichedArticle,
    LogPosition,
    MatchedArticle,
    MatchedTakedown,
    PreparedArticle,
    RawArticle,
    Reason,
    Resolution,
    StoryChange,
    Takedown,
    Verdict,
)
from isnad.outcomes import Outgoing, Record
from isnad.settings import StageSettings, load
from isnad.terminal import escaped
from isnad.text.clean import clean
from isnad.text.dateline import find_dateline
from isnad.text.split import split
from isnad.text.words import tokens, words
from isnad_api import meanings, queries
from isnad_api.pushing import read_lines as read_pushed
from isnad_api.questions import understand
from isnad_api.settings import ApiSettings
from isnad_cli.dead.originals import source
from isnad_cli.dead.printing import show_letter
from isnad_dedup.offline.lines import Clerk
from isnad_dedup.settings import DedupSettings
from isnad_entities.enrich import enrich_record
from isnad_entities.lines import read_line as read_entities_line
from isnad_feeder.events import Input, Ready, events
from isnad_index.documents import article_write
from isnad_index.settings import IndexSettings
from isnad_prepare.pages import prepare_record
from isnad_prepare.times import ANCIENT, published, read_time
from isnad_prepare.webpages import read_html

ARRIVED = datetime(2026, 1, 1, 12, tzinfo=UTC)
LONGEST_ID_BYTES = 512
"""Elasticsearch's."""

STRUCTS: tuple[type[msgspec.Struct], ...] = (
    *(RawArticle, PreparedArticle, MatchedArticle, EnrichedArticle, StoryChange, DeadLetter, Takedown, MatchedTakedown),
)


class Target(NamedTuple):
    """A parser under test."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]


def raw_record(data: bytes) -> None:
    """Bytes that anybody may send go through prepare, entities and the documents: one outcome, the same twice."""
    record = Record("articles.raw", 0, 0, ARRIVED, _key_of(data), data)
    outcome, again = (prepare_record(record, "articles.prepared") for _ in range(2))
    assert (outcome.messages, str(outcome.error)) == (again.messages, str(again.error))
    if outcome.status == "dead":
        assert outcome.error is not None
        assert outcome.error.detail
        assert not outcome.messages
        return
    assert outcome.messages
    ids = [message.key for message in outcome.messages]
    assert len(set(ids)) == len(ids)
    for message in outcome.messages:
        _prepared(message)


def _key_of(data: bytes) -> bytes | None:
    """The id that the record gives, which a takedown must have as its key."""
    try:
        return msgspec.json.decode(data, type=_Named).id.encode()
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


class _Named(msgspec.Struct):
    id: str


def fields(data: bytes) -> None:
    """The same with bytes that are the fields of a record, so that more of them get past the JSON."""
    raw_record(json.dumps({"schema": 1, **corpus.fields_of(data.decode("utf-8", "ignore"))}).encode())


def _prepared(message: Outgoing) -> None:
    article = decode_either(PreparedArticle, Takedown, message.value)
    assert encode(article) == message.value
    assert article.id.encode() == message.key
    assert len(message.key) <= LONGEST_ID_BYTES
    if isinstance(article, Takedown):
        return
    assert article.source
    assert article.title or article.body
    assert article.published_at == article.arrived_at or article.published_at >= ANCIENT
    for text in (article.title, article.body, article.author or "", article.section or "", *article.tags):
        assert "\0" not in text
        assert "\x1b" not in text
    for line in (article.title, article.url or "", article.author or ""):
        assert len(line.splitlines()) <= 1
    if article.url:
        assert article.url.partition(":")[0].strip().lower() not in ("javascript", "data", "vbscript", "file")
    if article.dateline:
        assert article.body[article.dateline.start : article.dateline.end] == article.dateline.text
    matched = MatchedArticle(
        schema=1,
        article=article,
        verdict=Verdict(story_id=article.id, relation="original"),
        position=LogPosition(0, ARRIVED),
    )
    outcome = enrich_record(
        Record("articles.matched", 0, 0, ARRIVED, message.key, encode(matched)), "articles.enriched"
    )
    (sent,) = outcome.messages
    enriched = decode(EnrichedArticle, sent.value)
    given = {"title": article.title, "body": article.body, "author": article.author or ""}
    for found in (*enriched.mentions, *enriched.credits):
        assert given[found.field][found.start : found.end] == found.text
        assert found.text
    write = article_write(enriched, Indexes())
    assert len(write.id.encode()) <= LONGEST_ID_BYTES
    assert write.index.encode().isascii()
    document = json.loads(write.document)
    assert document["body"] == article.body
    assert datetime.fromisoformat(document["published_at"]) == article.published_at


def text(data: bytes) -> None:
    """Whatever a page holds, each visible character stands in a line or in a cut, and words have their places."""
    page = data.decode("utf-8", "ignore")
    cleaned = clean(page)
    pieces = split(cleaned)
    kept = [line.text for line in cleaned.lines] + [placed.cut.text for placed in cleaned.cuts]
    assert sorted(_visible(page)) == sorted(_visible("".join(kept)))
    if cleaned.lines:
        assert pieces
    body = "\n".join(line.text for line in cleaned.lines)
    row = tokens(body)
    assert [token.word for token in row] == words(body)
    assert all(0 <= token.start < token.end <= len(body) for token in row)
    dateline = find_dateline(body)
    if dateline:
        assert body[dateline.start : dateline.end] == dateline.text
    assert escaped(page).isprintable()


def _visible(page: str) -> str:
    return "".join(page.split())


def webpage(data: bytes) -> None:
    """Any HTML gives an article, if an empty one, or is refused; scripts never."""
    try:
        page = read_html(data.decode("utf-8", "ignore"), ARRIVED)
    except RecordError:
        return
    for found in (page.text, page.title, page.author, page.published):
        assert found is None or isinstance(found, str)


def date(data: bytes) -> None:
    """Any text gives a time that Elasticsearch can index."""
    given = data.decode("utf-8", "ignore")
    found = published(given, ARRIVED)
    assert found == published(given, ARRIVED)
    assert found.at >= ANCIENT
    assert found.marks or found.at <= ARRIVED or read_time(given) == found.at
    moment = read_time(given)
    assert moment is None or moment.utcoffset() == ARRIVED.utcoffset()


def question(data: bytes) -> None:
    """Any text is a search of bounded size, or is refused with a sentence."""
    asked = data.decode("utf-8", "ignore")
    canonical_url(asked)
    try:
        meant = meanings.question(asked[:200])
        search = queries.stories(understand(asked), queries.Filters(entities=(asked[:200],)), "relevance", 1, 10)
    except RequestError as exc:
        _says(exc)
        return
    assert len(json.dumps(search)) < 100_000
    assert len(json.dumps(meant)) < 10_000
    assert len(json.dumps(queries.entities_called(asked[:100], None))) < 10_000


_ENDINGS = (".txt", ".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".txt.gz", ".zip", ".txt", ".jsonl")


def fed(data: bytes) -> None:
    """Any file is read to its end; what is sent can be decoded, the rest is refused with its place and reason."""
    kind, content = (data[0] if data else 0), data[1:]
    ending = _ENDINGS[kind % len(_ENDINGS)]
    encoding = (None, None, None, "windows-1256", "utf-16")[kind // len(_ENDINGS) % 5]
    path = _folder() / f"page{ending}"
    path.write_bytes(content)
    for event in events(Input((path,), "articles.raw", source="alwatan", encoding=encoding)):
        if isinstance(event, Ready):
            prepare_record(Record("articles.raw", 0, 0, ARRIVED, None, event.message.value), "t", _no_language)


def _no_language(_: str) -> str:
    return "und"


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="isnad-fuzz-", ignore_cleanup_errors=True)


def _folder() -> Path:
    return Path(_temporary().name)


def _files() -> list[bytes]:
    records, texts = corpus.seeds_of_records(), corpus.seeds_of_texts()
    lines = b"\n".join(json.dumps(json.loads(one), ensure_ascii=False).encode() for one in records)[:4000]
    array = b"[" + b",".join(records)[:4000] + b"]"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("okaz/a.txt", texts[0][:500])
        packed.writestr("b.jsonl", lines[:500])
    by_kind = {
        0: texts[0],
        1: array,
        2: lines,
        4: gzip.compress(array, mtime=0),
        5: gzip.compress(lines, mtime=0),
        7: archive.getvalue(),
        30: "خبر عاجل من دمشق".encode("cp1256"),
        42: "خبر عاجل".encode("utf-16"),
    }
    halves = (
        rb'{"body":"a \ud800x"}',
        rb'{"body":"b \udc00"}',
        rb'{"body":"\ud83d\ud83d\ude00 \\ud800"}',
        b'{"body":"c"}',
    )
    with_halves = ((1, b"[" + b",".join(halves) + b"]"), (9, b"\n".join(halves)))
    return [bytes([kind]) + content for kind, content in (*by_kind.items(), *with_halves)]


def record_of_any_topic(data: bytes) -> None:
    """Bytes are each record of the chain, and then come back as they were, or are refused with a reason."""
    for kind in STRUCTS:
        try:
            found = decode(kind, data)
        except RecordError as exc:
            _says(exc)
            continue
        assert decode(kind, encode(found)) == found


def dead_letter(data: bytes) -> None:
    """A letter holds whatever bytes died, and shows them on a terminal as text."""
    said = data.decode("utf-8", "replace")
    letter = DeadLetter(
        schema=1,
        reason=Reason.INVALID_JSON,
        detail=said,
        stage=said[:40],
        topic="articles.raw",
        partition=0,
        offset=0,
        appended_at=ARRIVED,
        died_at=ARRIVED,
        key=data[:40],
        value=data,
        headers=((said[:40], data), (deaths.HEADER, data)),
        deaths=1 + deaths.earlier(((deaths.HEADER, data),)),
    )
    assert decode(DeadLetter, encode(letter)) == letter
    decision = Resolution(action="dropped", at=ARRIVED, letter=0, note=said)
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        show_letter(letter, source(letter), decision)
    assert all(one.isprintable() for one in shown.getvalue().split("\n"))


def keys_file(data: bytes) -> None:
    """A file of API keys is read, or a sentence says what to do."""
    path = _folder() / "keys.json"
    path.touch(mode=0o600)
    path.write_bytes(data)
    try:
        keys.read(path)
    except SetupError as exc:
        _says(exc, str(path))


def line(data: bytes) -> None:
    """A line of a push, of `isnad dedup` and of `isnad entities` is an article, or is refused with a sentence."""
    for read in (Clerk().read, read_entities_line):
        try:
            read(data)
        except RequestError as exc:
            _says(exc)
    for one in read_pushed(data, "articles.raw", several=True):
        assert (one.message is None) != (one.error is None)
        if one.message:
            decode(RawArticle, one.message.value)


def setting(data: bytes) -> None:
    """Whatever stands in the environment, a service starts or names the variable that is wrong."""
    value = data.decode("utf-8", "ignore").replace("\0", "")
    for kind in (StageSettings, DedupSettings, IndexSettings, ApiSettings):
        for name in kind.__annotations__:
            variable = f"ISNAD_{name.upper()}"
            try:
                load(kind, {variable: value})
            except SetupError as exc:
                _says(exc, variable)
    try:
        kafka_servers(value)
    except ValueError as exc:
        _says(exc)


def _says(error: Exception, what: str = "") -> None:
    """An error is a sentence, and names what it is about."""
    assert str(error)
    assert what in str(error)


def _texts(*given: str) -> Callable[[], list[bytes]]:
    return lambda: [one.encode() for one in given]


TARGETS: dict[str, Target] = {
    "raw_record": Target(raw_record, corpus.seeds_of_records),
    "fields": Target(fields, corpus.seeds_of_fields),
    "text": Target(text, corpus.seeds_of_texts),
    "webpage": Target(webpage, _texts(corpus.PAGE, corpus.LINKED_DATA, "<p>خبر</p>", "<ul><li>a<table><tr><td>b")),
    "date": Target(date, _texts(*corpus.DATES)),
    "question": Target(question, _texts(*corpus.QUESTIONS)),
    "fed": Target(fed, _files),
    "record_of_any_topic": Target(record_of_any_topic, corpus.seeds_of_topics),
    "dead_letter": Target(dead_letter, corpus.seeds_of_records),
    "keys_file": Target(keys_file, _texts('{"schema":1,"keys":[]}')),
    "line": Target(line, corpus.seeds_of_records),
    "setting": Target(setting, _texts("127.0.0.1:9092", "10", "0.5", "info", "[::1]:9092,kafka:9093")),
}
