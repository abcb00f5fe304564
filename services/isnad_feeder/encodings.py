"""From bytes in whatever encoding to text or to UTF-8; what can't be read is said, never replaced in silence (pure).

JSON is UTF-8 unless a byte order mark or the user says otherwise; the mark is no part of the text. A page of text may
also be in one of the older Arabic encodings: these are told apart by charset-normalizer, and the page carries a remark.
"""

import codecs
import io
import re
from typing import IO

from charset_normalizer import from_bytes

from isnad_feeder.places import Unreadable

BAD_BYTES = "\ufdd0"
"""Stands for bytes that are not of the encoding: a noncharacter, which Unicode keeps for such use inside a program."""

_MARK = "\ufeff"
_SURROGATES = re.compile("[\ud800-\udfff]+")
"""Bad bytes of UTF-8, and half characters where the encoding can write them, as UTF-7 can."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = {"cp1256": "windows-1256", "iso8859_6": "ISO 8859-6"}

_CONTROLS = bytes(code for code in range(32) if chr(code) not in "\t\n\v\f\r\x1b")

# A damaged UTF-8 page loses less than this share of its bytes when read leniently; another encoding loses most of them.
_DAMAGED_SHARE = 0.05
_CHUNK = 1 << 16


def text(data: bytes, encoding: str | None) -> tuple[str, str | None]:
    """Return a page's text and, where its encoding was guessed, the encoding's name.

    Raises:
        Unreadable: it is no text, or in no encoding that is known here.
    """
    stated = encoding or _marked(data)
    if stated is not None:
        return _strict(data, stated), None
    if is_binary(data):
        raise Unreadable("a binary file, not text")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError as exc:
        readable = data.decode("utf-8", "ignore")
        if not readable.isascii() and len(data) - len(readable.encode()) < _DAMAGED_SHARE * len(data):
            raise Unreadable(f"damaged: byte {exc.start} is not UTF-8 where the rest is") from exc
    best = from_bytes(data, cp_isolation=list(_LEGACY)).best()
    if best is None:
        raise Unreadable("neither UTF-8 nor another encoding of Arabic; name it with --encoding")
    return str(best), _LEGACY[best.encoding]


def utf8(stream: IO[bytes], encoding: str | None) -> io.BufferedReader:
    """Return the stream in UTF-8 without byte order mark, with `BAD_BYTES` where bytes are not of the encoding."""
    head = stream.peek(4) if isinstance(stream, io.BufferedReader) else b""
    return io.BufferedReader(_Recoded(stream, encoding or _marked(head) or "utf-8"), _CHUNK)


def is_binary(head: bytes) -> bool:
    """Whether these are the first bytes of something else than text: more than a few control characters."""
    if _marked(head):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls >= 8 and controls > len(head) // 50


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix(_MARK)
    except UnicodeError as exc:
        raise Unreadable(f"not {encoding}: {exc}") from exc


class _Recoded(io.RawIOBase):
    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._encoding = codecs.lookup(encoding).name  # utf8, UTF-8 and U8 are utf-8
        # Only UTF-8 lets a decoder step over a bad byte without losing its place.
        errors = "surrogateescape" if self._encoding.startswith("utf-8") else "strict"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._begun = False
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]  # what BufferedReader passes in
        while not self._ready and not self._ended:
            data = self._stream.read1(_CHUNK)  # type: ignore[attr-defined]
            self._ended = not data
            self._ready = self._recode(data)
        data, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def _recode(self, data: bytes) -> bytes:
        try:
            decoded = self._decoder.decode(data, final=not data)
        except UnicodeError as exc:
            raise Unreadable(f"not {self._encoding}: {exc}") from exc
        if decoded and not self._begun:
            self._begun = True
            decoded = decoded.removeprefix(_MARK)
        try:
            return decoded.encode("utf-8")
        except UnicodeEncodeError:
            return _SURROGATES.sub(BAD_BYTES, decoded).encode("utf-8")
