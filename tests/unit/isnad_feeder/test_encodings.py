"""Texts in other encodings than UTF-8."""

import io

import pytest

from isnad_feeder.encodings import BAD_BYTES, is_binary, text, utf8
from isnad_feeder.places import Unreadable

ARABIC = "أعلن المتحدث باسم الوزارة في بيان اليوم عن وصول قافلة من المساعدات إلى المدينة صباح الخميس"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_needs_no_guess(encoding: str) -> None:
    """UTF-8, and whatever begins with a byte order mark, which is not part of the text."""
    assert text(ARABIC.encode(encoding), None) == (ARABIC, None)


@pytest.mark.parametrize(("encoding", "name"), [("cp1256", "windows-1256"), ("iso8859_6", "ISO 8859-6")])
def test_older_encodings_are_found_and_named(encoding: str, name: str) -> None:
    """The text is read right, and the user is told what it was taken for."""
    assert text(ARABIC.encode(encoding), None) == (ARABIC, name)


def test_the_users_word_goes_before_the_guess() -> None:
    """Greek letters in windows-1253 would be taken for something else."""
    assert text("Αθήνα".encode("cp1253"), "cp1253") == ("Αθήνα", None)


def test_a_page_with_a_few_bad_bytes_is_damaged_utf8() -> None:
    """It is not read as windows-1256, which would make rubbish of all of it."""
    data = (ARABIC * 20).encode()
    cut = len(ARABIC.encode())
    with pytest.raises(Unreadable, match=f"damaged: byte {cut} is not UTF-8 where the rest is"):
        text(data[:cut] + b"\xff" + data[cut:], None)


def test_binary_files_are_no_text() -> None:
    """A picture, a program, and noise; a text with a stray control character is one."""
    noise = bytes(range(256)) * 20
    assert is_binary(b"\x89PNG\r\n\x1a\n" + noise)
    assert is_binary(b"\x7fELF" + b"\0" * 60)
    assert not is_binary(ARABIC.encode() + b"\0" + ARABIC.encode())
    assert not is_binary(ARABIC.encode("utf-16"))
    with pytest.raises(Unreadable, match="a binary file"):
        text(noise, None)


def test_bad_bytes_are_marked_not_replaced() -> None:
    """Where a stream is not UTF-8 a mark stands, also when a character is cut by the end of a chunk."""
    stream = io.BufferedReader(io.BytesIO("سلام".encode() + b"\xff\xfe" + "خبر".encode()), 3)
    assert utf8(stream, None).read().decode() == f"سلام{BAD_BYTES}خبر"


def test_streams_in_utf16_are_recoded() -> None:
    """By their byte order mark, or by the user's word."""
    assert utf8(io.BufferedReader(io.BytesIO("سلام".encode("utf-16"))), None).read().decode() == "سلام"
    assert utf8(io.BufferedReader(io.BytesIO("سلام".encode("cp1256"))), "cp1256").read().decode() == "سلام"
    with pytest.raises(Unreadable, match="not utf-16"):
        utf8(io.BufferedReader(io.BytesIO("سلام".encode("utf-16") + b"x")), None).read()


STATED = ["utf-8", "UTF8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("stated", STATED)
def test_a_byte_order_mark_is_no_text_where_the_encoding_is_stated_either(stated: str) -> None:
    """Also where the mark comes in two pieces, and only at the beginning."""
    written = {"utf-16": "utf-16-le", "utf-32": "utf-32-be", "utf-8-sig": "utf-8"}.get(stated, stated)
    data = "\ufeffسلام\ufeffخبر".encode(written)
    assert text(data, stated) == ("سلام\ufeffخبر", None)
    assert utf8(io.BufferedReader(io.BytesIO(data), 1), stated).read().decode() == "سلام\ufeffخبر"
    assert text("سلام".encode(written), written) == ("سلام", None)


def test_bad_bytes_are_marked_in_utf8_by_whatever_name() -> None:
    assert utf8(io.BufferedReader(io.BytesIO(b"a\xffb")), "UTF8").read().decode() == f"a{BAD_BYTES}b"


def test_half_a_character_that_an_encoding_can_write_is_marked() -> None:
    """UTF-7 can; its character is not replaced by a question mark."""
    assert utf8(io.BufferedReader(io.BytesIO(b"a+2AA-b")), "utf-7").read().decode() == f"a{BAD_BYTES}b"
