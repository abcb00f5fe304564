"""From fields under foreign names to the raw record of the chain (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from isnad import entry
from isnad.codec import encode
from isnad.errors import RecordError, RequestError
from isnad.identity import article_id
from isnad.messages import SCHEMA, RawArticle
from isnad.outcomes import Outgoing
from isnad.topics import MAX_RAW_BYTES
from isnad_feeder.places import Page, Unreadable

OURS = tuple(field.name for field in msgspec.structs.fields(RawArticle) if field.name != "schema")
"""The fields of a raw record that an input can fill."""

_SHOWN = 12


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Return `{ours: theirs}` from texts like `body=content,published_at=date`.

    Raises:
        RequestError: a text has another form, or names a field that a raw record does not have.
    """
    mapping: dict[str, str] = {}
    for pair in (part.strip() for text in pairs for part in text.split(",")):
        ours, sign, theirs = (part.strip() for part in pair.partition("="))
        if not (ours and sign and theirs):
            raise RequestError(f"--map {pair!r}: write OURS=THEIRS, as in --map body=content,published_at=date")
        if ours not in OURS:
            raise RequestError(f"--map {pair!r}: {ours!r} is none of isnad's fields, which are {', '.join(OURS)}")
        mapping[ours] = theirs
    return mapping


def message(page: Page, mapping: Mapping[str, str], source: str | None, topic: str) -> Outgoing:
    """Return the page as a message for `topic`, keyed by the article's id.

    The page's own source goes before `source`, and this before the folder that the page was in. Null and blank fields
    count as absent. An `id` that is a number is one that each outlet counts for itself: it becomes `source:number`.

    Raises:
        Unreadable: no article can be made of the page; the text says what is missing or wrong.
    """
    raw = _raw_article(page, mapping, source)
    try:
        key, value = article_id(raw).encode(), encode(raw)
        entry.check(raw)
    except RecordError as exc:
        raise Unreadable(exc.detail) from exc
    except UnicodeError as exc:
        raise Unreadable("holds half a character (a lone surrogate)") from exc
    if len(value) > MAX_RAW_BYTES:
        raise Unreadable(f"longer than {MAX_RAW_BYTES >> 20} MiB as a record")
    return Outgoing(topic, key, value)


def _raw_article(page: Page, mapping: Mapping[str, str], source: str | None) -> RawArticle:
    given: dict[str, Any] = {}
    for ours in OURS:
        theirs = mapping.get(ours, ours)
        value = page.fields.get(theirs)
        if value is None:
            theirs, value = ours, page.fields.get(ours)
        if value is None or value == "" or (isinstance(value, str) and value.isspace()):
            continue
        given[ours] = _checked(theirs, ours, value)
    if "body" not in given and "html" not in given:
        # A headline alone is an article, but not where a field under another name may well be its text.
        if "title" not in given or (_foreign(page, mapping) and not _stated(page, mapping)):
            raise Unreadable(_no_text(page, mapping))
        given["body"] = ""
    given.setdefault("source", source or page.folder)
    if not given["source"]:
        raise Unreadable(f"names no source ({_found(page)}); say whose articles these are: --source NAME")
    if isinstance(given.get("id"), int):
        given["id"] = f"{given['source'].strip()}:{given['id']}"
    schema = page.fields.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        raise Unreadable(f"schema {schema}; this version of isnad reads up to {SCHEMA}")
    return RawArticle(schema=SCHEMA, **given)


def _checked(theirs: str, ours: str, value: object) -> str | int | tuple[str, ...]:
    if ours == "tags":
        if isinstance(value, list) and all(isinstance(tag, str) for tag in value):
            return tuple(value)
        raise Unreadable(f"`{theirs}` is {_kind(value)}, where a list of strings is wanted")
    if ours == "id" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value
    raise Unreadable(f"`{theirs}` is {_kind(value)}, where text is wanted")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    kinds: dict[type, str] = {str: "text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")


def _stated(page: Page, mapping: Mapping[str, str]) -> list[str]:
    """The fields for text that are there, with or without text in them."""
    return [name for name in (mapping.get("body", "body"), mapping.get("html", "html")) if name in page.fields]


def _no_text(page: Page, mapping: Mapping[str, str]) -> str:
    if stated := _stated(page, mapping):
        return f"`{stated[0]}` is empty, and there is no title"
    missing = f"has no `{mapping.get('body', 'body')}` ({_found(page)})"
    texts = _foreign(page, mapping)
    if not texts:
        return f"{missing}, and no title either"
    longest = max(texts, key=lambda name: len(page.fields[name]))
    return f"{missing}; say which field is the text, as in --map body={longest}"


def _foreign(page: Page, mapping: Mapping[str, str]) -> list[str]:
    """The fields of text whose names mean nothing to isnad and that are mapped to nothing."""
    known = {*OURS, "schema", *mapping.values()}
    return [name for name, value in page.fields.items() if isinstance(value, str) and name not in known]


def _found(page: Page) -> str:
    names = list(page.fields)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"its fields are {', '.join(names[:_SHOWN])}{more}" if names else "it has no fields"
