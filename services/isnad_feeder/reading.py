"""From a document to the pages in it: a text is one page, of JSON lines and JSON arrays each record is one.

Whatever is wrong with one record refuses that record; nothing is ever held in memory but the record at hand.
"""

import io
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePosixPath

import ijson
import msgspec

from isnad.topics import MAX_RAW_BYTES
from isnad_feeder import encodings, halves
from isnad_feeder.opening import Document
from isnad_feeder.places import Page, Place, Refusal, Unreadable

MAX_WRITTEN_BYTES = 4 * MAX_RAW_BYTES
"""Longest line or item that is looked at: escaped as \\uXXXX, Arabic takes three times its room in the record."""

_MAX_DEPTH = 64
_CHUNK = 1 << 16
_BAD_BYTES = encodings.BAD_BYTES.encode()
_REST = "what stands from here on is not read"
_NOT_UTF8 = "holds bytes that are not UTF-8; if the file is in another encoding, name it: --encoding windows-1256"
_HALF = "holds half a character (a lone surrogate)"
_MARKS = ((encodings.BAD_BYTES, _NOT_UTF8), (halves.MARK, _HALF))


def pages(document: Document, encoding: str | None = None) -> Iterator[Page | Refusal]:
    """Yield the document's pages in order, and a refusal for whatever in it is none."""
    ending = PurePosixPath(document.name).suffix.lower()
    found = False
    try:
        for page in _by_ending(ending, document, encoding):
            found = True
            yield page
    except Unreadable as exc:
        yield Refusal(document.place, str(exc))
    else:
        if not found:
            yield Refusal(document.place, "there is nothing in it")


def _by_ending(ending: str, document: Document, encoding: str | None) -> Iterator[Page | Refusal]:
    if ending == ".txt":
        return iter([_text_page(document, encoding)])
    if ending in (".jsonl", ".ndjson"):
        return _json_lines(document.place, _json_stream(document, encoding))
    if ending == ".json":
        return _json_items(document.place, _json_stream(document, encoding))
    raise Unreadable("not a kind that is read: .txt .jsonl .ndjson .json, these as .gz, or .zip of them")


def _text_page(document: Document, encoding: str | None) -> Page:
    data = document.stream.read(MAX_WRITTEN_BYTES + 1)
    if len(data) > MAX_WRITTEN_BYTES:
        raise Unreadable(f"longer than {MAX_WRITTEN_BYTES >> 20} MiB; a page of text is one article or a few")
    text, guessed = encodings.text(data, encoding)
    if not text.strip():
        raise Unreadable("there is no text in it")
    return Page(document.place, {"body": text}, document.folder or None, f"read as {guessed}" if guessed else None)


def _json_stream(document: Document, encoding: str | None) -> io.BufferedReader:
    if encoding is None and encodings.is_binary(document.stream.peek(4096)[:4096]):
        raise Unreadable("a binary file, not JSON")
    return encodings.utf8(document.stream, encoding)


def _json_lines(place: Place, stream: io.BufferedReader) -> Iterator[Page | Refusal]:
    number = 0
    try:
        while line := stream.readline(MAX_WRITTEN_BYTES + 1):
            number += 1
            if len(line) > MAX_WRITTEN_BYTES and not line.endswith(b"\n"):
                _skip_line(stream)
                yield Refusal(place.at_line(number), f"longer than {MAX_WRITTEN_BYTES >> 20} MiB")
            elif line.strip():
                yield _record(place.at_line(number), line)
    except Unreadable as exc:
        yield Refusal(place.at_line(number + 1), f"{exc}; {_REST}")


def _skip_line(stream: io.BufferedReader) -> None:
    while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
        pass


def _record(place: Place, line: bytes) -> Page | Refusal:
    if _BAD_BYTES in line:
        return Refusal(place, _NOT_UTF8)
    try:
        value = msgspec.json.decode(line)
    except RecursionError:
        return Refusal(place, "the JSON is nested too deeply")
    except (msgspec.DecodeError, UnicodeError) as exc:
        return Refusal(place, _HALF if halves.has_one(line) else f"not JSON: {exc}")
    return _page(place, value)


def _page(place: Place, value: object) -> Page | Refusal:
    if not isinstance(value, dict):
        return Refusal(place, f"{_kind(value)}, where an article is an object with fields")
    return Page(place, value)


def _kind(value: object) -> str:
    kinds = {str: "a string", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _json_items(place: Place, stream: io.BufferedReader) -> Iterator[Page | Refusal]:
    number = 0
    try:
        for number, value in enumerate(_items(stream), 1):
            here = place.at_item(number)
            if isinstance(value, _Unfit):
                yield Refusal(here, value.reason)
            elif flaw := _flaw(value):
                yield Refusal(here, flaw)
            else:
                yield _page(here, value)
    except Unreadable as exc:
        yield Refusal(place.at_item(number + 1), f"{exc}; {_REST}")


def _flaw(value: object) -> str:
    """Say what could not be read of a value, if anything.

    Look through all that is in a value, the names of fields too; not by recursion, so that no depth is too much.
    """
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            for mark, reason in _MARKS:
                if mark in one:
                    return reason
        elif isinstance(one, dict):
            left += [*one, *one.values()]
        elif isinstance(one, list):
            left += one
    return ""


class _Unfit:
    def __init__(self, reason: str) -> None:
        self.reason = reason


def _items(stream: io.BufferedReader) -> Iterator[object]:
    """Yield each item of the array, or each of several values that stand one after the other."""
    events = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events, multiple_values=True)
    item = _Item()
    without_event = 0
    for chunk in chain(halves.marked(_blocks(stream)), [b""]):
        broken: Exception | None = None
        reason = ""
        try:
            parser.send(chunk)
        except StopIteration:
            pass
        except ijson.JSONError as exc:
            broken, reason = exc, f"not JSON: {_first_line(exc)}"
        except ArithmeticError as exc:
            broken, reason = exc, "a number with too large an exponent"
        except SystemError as exc:
            # So ijson's C parser fails at a number that Python refuses to convert, and leaves an event without value.
            if not isinstance(exc.__cause__, ValueError):
                raise
            events.pop()
            broken, reason = exc, "a number with too many digits"
        without_event = 0 if events else without_event + len(chunk)
        for event, value in events:
            yield from item.add(event, value)
        events.clear()
        if broken is not None:
            raise Unreadable(reason) from broken
        if without_event > MAX_WRITTEN_BYTES:
            raise Unreadable(f"a value longer than {MAX_WRITTEN_BYTES >> 20} MiB")


def _blocks(stream: io.BufferedReader) -> Iterator[bytes]:
    while block := stream.read1(_CHUNK):
        yield block


def _first_line(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    lines = (said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)).splitlines()
    return lines[0].strip().rstrip(".") if lines else "unknown error"


class _Item:
    """Puts the parser's events together to items; one that is too large or too deep is let go while it is read."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_array = False
        self._begin()

    def _begin(self) -> None:
        self._builder: ijson.ObjectBuilder | None = ijson.ObjectBuilder()
        self._size = 0
        self._unfit = ""

    def add(self, event: str, value: object) -> Iterator[object]:
        """Take one event; yield the item that it completes."""
        opens, closes = event in ("start_map", "start_array"), event in ("end_map", "end_array")
        if event == "start_array" and self._depth == 0:
            self._in_array, self._depth = True, 1
            return
        if event == "end_array" and self._in_array and self._depth == 1:
            self._in_array, self._depth = False, 0
            return
        self._depth += opens - closes
        self._keep(event, value)
        if self._depth == int(self._in_array):
            yield _Unfit(self._unfit) if self._builder is None else self._builder.value
            self._begin()

    def _keep(self, event: str, value: object) -> None:
        self._size += 16 + (len(value) if isinstance(value, str) else 0)
        if self._size > MAX_WRITTEN_BYTES:
            self._unfit = self._unfit or f"longer than {MAX_WRITTEN_BYTES >> 20} MiB"
        elif self._depth > _MAX_DEPTH:
            self._unfit = self._unfit or "the JSON is nested too deeply"
        if self._unfit:
            self._builder = None
        elif self._builder is not None:
            self._builder.event(event, value)
