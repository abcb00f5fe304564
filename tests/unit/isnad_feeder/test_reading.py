"""Pages, lines and items: what becomes an article, and what is refused while the rest goes through."""

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from isnad_feeder.events import Event, Ready, Remark
from isnad_feeder.places import Refusal

Read = Callable[..., list[Event]]

GOOD = {"source": "o", "body": "نص الخبر"}


def refusals(happened: list[Event]) -> dict[str, str]:
    return {str(one.place).rpartition("/")[2]: one.reason for one in happened if isinstance(one, Refusal)}


def bodies(happened: list[Event]) -> list[str]:
    return [json.loads(one.message.value)["body"] for one in happened if isinstance(one, Ready)]


def test_a_text_is_one_page_without_title(tmp_path: Path, read: Read) -> None:
    """The whole file, as it is, is the body."""
    path = tmp_path / "page.txt"
    path.write_text("عنوان\n\nمتن الخبر\n", encoding="utf-8")
    (_, ready) = read(path, source="outlet")
    assert isinstance(ready, Ready)
    assert json.loads(ready.message.value) == {"schema": 1, "source": "outlet", "body": "عنوان\n\nمتن الخبر\n"}


def test_a_guessed_encoding_is_remarked(tmp_path: Path, read: Read) -> None:
    """The user is told that the text was read as windows-1256."""
    path = tmp_path / "page.txt"
    path.write_bytes("وصلت قافلة المساعدات إلى المدينة صباح اليوم".encode("cp1256"))
    happened = read(path)
    assert Remark(happened[1].place, "read as windows-1256") in happened
    assert bodies(happened) == ["وصلت قافلة المساعدات إلى المدينة صباح اليوم"]


def test_bad_files_are_refused(tmp_path: Path, read: Read) -> None:
    """Empty, blank, binary, too large, of another kind: each with its reason, and the good one goes through."""
    (tmp_path / "1.txt").write_bytes(b"")
    (tmp_path / "2.txt").write_text(" \n\t\n")
    (tmp_path / "3.txt").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "4.txt").write_text("س" * 1_100_000)
    (tmp_path / "5.csv").write_text("a,b")
    (tmp_path / "6.jsonl").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "7.jsonl").write_text("\n\n")
    (tmp_path / "8.json").write_text("[]")
    (tmp_path / "9.txt").write_text("خبر")
    happened = read(tmp_path)
    assert refusals(happened) == {
        "1.txt": "the file is empty",
        "2.txt": "there is no text in it",
        "3.txt": "a binary file, not text",
        "4.txt": "longer than 2 MiB as a record",
        "5.csv": "not a kind that is read: .txt .jsonl .ndjson .json, these as .gz, or .zip of them",
        "6.jsonl": "a binary file, not JSON",
        "7.jsonl": "there is nothing in it",
        "8.json": "there is nothing in it",
    }
    assert bodies(happened) == ["خبر"]


LINES = [
    json.dumps(GOOD, ensure_ascii=False).encode(),
    b"{broken",
    b"",
    b'{"source":"o","body":"\xff\xfe"}',
    b"[1,2]",
    b"null",
    b'"text"',
    b"3",
    b'{"source":"o","body":"\\ud800"}',
    b"[" * 10_000 + b"]" * 10_000,
    b'{"source":"o","body":{"p":1}}',
    b'{"source":"o","body":null}',
    b'{"source":null,"body":"x"}',
    b'{"source":"o","body":"a\\u0000b"}',
    json.dumps(GOOD | {"body": "آخر"}, ensure_ascii=False).encode() + b"\r",
]


def test_a_bad_line_refuses_that_line(tmp_path: Path, read: Read) -> None:
    """Every kind of bad line, by its number; the first and the last are articles."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(LINES))
    happened = read(path)
    found = refusals(happened)
    assert {place: reason.partition(":")[0].partition(";")[0] for place, reason in found.items()} == {
        "a.jsonl, line 2": "not JSON",
        "a.jsonl, line 4": "holds bytes that are not UTF-8",
        "a.jsonl, line 5": "a list, where an article is an object with fields",
        "a.jsonl, line 6": "null, where an article is an object with fields",
        "a.jsonl, line 7": "a string, where an article is an object with fields",
        "a.jsonl, line 8": "a number, where an article is an object with fields",
        "a.jsonl, line 9": "holds half a character (a lone surrogate)",
        "a.jsonl, line 10": "the JSON is nested too deeply",
        "a.jsonl, line 11": "`body` is an object, where text is wanted",
        "a.jsonl, line 12": "`body` is empty, and there is no title",
        "a.jsonl, line 13": "names no source (its fields are source, body)",
        "a.jsonl, line 14": "`body` holds the character U+0000",
    }
    assert bodies(happened) == ["نص الخبر", "آخر"]


def test_a_bad_item_refuses_that_item(tmp_path: Path, read: Read) -> None:
    """In an array: wrong kinds, depth, bytes that are not UTF-8, half a character; the others are articles."""
    items = [line for n, line in enumerate(LINES) if n not in (1, 2)]
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + b",\n".join(items) + b"]")
    happened = read(path)
    assert {place: reason.partition(":")[0].partition(";")[0] for place, reason in refusals(happened).items()} == {
        "a.json, item 2": "holds bytes that are not UTF-8",
        "a.json, item 3": "a list, where an article is an object with fields",
        "a.json, item 4": "null, where an article is an object with fields",
        "a.json, item 5": "a string, where an article is an object with fields",
        "a.json, item 6": "a number, where an article is an object with fields",
        "a.json, item 7": "holds half a character (a lone surrogate)",
        "a.json, item 8": "the JSON is nested too deeply",
        "a.json, item 9": "`body` is an object, where text is wanted",
        "a.json, item 10": "`body` is empty, and there is no title",
        "a.json, item 11": "names no source (its fields are source, body)",
        "a.json, item 12": "`body` holds the character U+0000",
    }
    assert bodies(happened) == ["نص الخبر", "آخر"]


@pytest.mark.parametrize("bad", [b'"tags":["a","\xff"]', b'"by":{"name":"\xff"}', b'"\xff":1'])
def test_bytes_that_are_not_utf_8_are_found_anywhere_in_an_item(tmp_path: Path, read: Read, bad: bytes) -> None:
    good = json.dumps(GOOD).encode()
    (tmp_path / "a.json").write_bytes(b"[" + good[:-1] + b"," + bad + b"}," + good + b"]")
    happened = read(tmp_path / "a.json")
    assert list(refusals(happened)) == ["a.json, item 1"]
    assert bodies(happened) == ["نص الخبر"]


@pytest.mark.parametrize(
    "half",
    [
        r'"body":"a \ud800x b"',
        r'"body":"a \udc00"',
        r'"body":"\ud83d\ud83d\ude00"',
        r'"body":"b","tags":["\uD83D"]',
        r'"body":"b","\udfff":1',
        r'"body":"b","by":{"name":"\udc00"}',
    ],
)
def test_half_a_character_refuses_its_article_only(tmp_path: Path, read: Read, half: str) -> None:
    """In an array, in lines, packed and piped alike, wherever in the article it is; the ones beside it go through."""
    articles = json.dumps(GOOD), f'{{"source":"o",{half}}}', json.dumps(GOOD)
    array, lines = f"[{','.join(articles)}]".encode(), "\n".join(articles).encode()
    (tmp_path / "a.json").write_bytes(array)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(array))
    (tmp_path / "c.jsonl").write_bytes(lines)
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as packed:
        packed.writestr("d.json", array)
        packed.writestr("e.jsonl", lines)
    happened = read(tmp_path, pipe=io.BytesIO(lines).read)
    reason = "holds half a character (a lone surrogate)"
    places = "a.json, item 2", "b.json.gz, item 2", "c.jsonl, line 2", "d.zip!d.json, item 2", "d.zip!e.jsonl, line 2"
    assert refusals(happened) == dict.fromkeys((*places, "-, line 2"), reason)
    assert bodies(happened) == ["نص الخبر"] * 12


def test_a_pair_of_escapes_is_one_character(tmp_path: Path, read: Read) -> None:
    """And a backslash that is escaped is a backslash, whatever follows it."""
    (tmp_path / "a.json").write_text(r'[{"source":"o","body":"\ud83d\ude00 \\ud800"}]')
    assert bodies(read(tmp_path)) == ["😀 \\ud800"]


def test_a_broken_array_gives_what_stood_before(tmp_path: Path, read: Read) -> None:
    """An array can't be read past a mistake in it; the articles before are sent, the place is told."""
    good = json.dumps(GOOD)
    (tmp_path / "a.json").write_text(f"[{good},{good},{{x]")
    (tmp_path / "b.json").write_text(f"[{good}")
    happened = read(tmp_path)
    assert list(refusals(happened)) == ["a.json, item 3", "b.json, item 2"]
    assert all("what stands from here on is not read" in reason for reason in refusals(happened).values())
    assert len(bodies(happened)) == 3


def test_objects_one_after_the_other_are_items(tmp_path: Path, read: Read) -> None:
    """A .json file that holds one article, or several without an array around them."""
    (tmp_path / "a.json").write_text(json.dumps(GOOD, indent=1))
    (tmp_path / "b.json").write_text(json.dumps(GOOD | {"body": "ب"}) + "\n" + json.dumps(GOOD | {"body": "ج"}))
    assert bodies(read(tmp_path)) == ["نص الخبر", "ب", "ج"]


def test_a_line_or_value_of_50_mb_is_refused_in_little_memory(tmp_path: Path, read: Read) -> None:
    """The rest of the lines goes through, and memory grows by far less than the line."""
    good = json.dumps(GOOD)
    with (tmp_path / "a.jsonl").open("w") as lines, (tmp_path / "b.json").open("w") as array:
        lines.write(good + '\n{"body":"')
        array.write(f'[{good},{{"body":"')
        for _ in range(50):
            lines.write("x" * 1_000_000)
            array.write("x" * 1_000_000)
        lines.write('"}\n' + good)
        array.write(f'"}},{good}]')
    tracemalloc.start()
    try:
        happened = read(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    assert refusals(happened) == {
        "a.jsonl, line 2": "longer than 8 MiB",
        "b.json, item 2": "a value longer than 8 MiB; what stands from here on is not read",
    }
    assert len(bodies(happened)) == 3


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz", "a.jsonl.gz"])
def test_an_article_of_50_mb_is_refused_in_little_memory(tmp_path: Path, read: Read, name: str) -> None:
    """As a text and packed; of the unpacked bytes only the first few megabytes are ever there."""
    with gzip.open(tmp_path / name, "wb", 1) if name.endswith("gz") else (tmp_path / name).open("wb") as file:
        file.write(b'{"body":"')
        for number in range(50):
            file.write(f"{number}".encode() + "كلمة ".encode() * 111_111)
    tracemalloc.start()
    try:
        happened = read(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    ((place, reason),) = refusals(happened).items()
    assert place.startswith(name)
    assert "longer than 8 MiB" in reason or "zip bomb" in reason
    assert bodies(happened) == []


def test_an_item_of_many_small_values_is_refused_in_little_memory(tmp_path: Path, read: Read) -> None:
    """An item that is too long in all is let go while it is read; the ones after it go through."""
    good = json.dumps(GOOD)
    with (tmp_path / "a.json").open("w") as array:
        array.write(f'[{good},{{"words":[')
        array.writelines('"كلمة",' for _ in range(1_000_000))
        array.write(f'"x"]}},{good}]')
    happened = read(tmp_path)
    assert refusals(happened) == {"a.json, item 2": "longer than 8 MiB"}
    assert len(bodies(happened)) == 2


def test_utf16_lines_are_read(tmp_path: Path, read: Read) -> None:
    """By the byte order mark."""
    path = tmp_path / "a.jsonl"
    path.write_bytes((json.dumps(GOOD, ensure_ascii=False) + "\n").encode("utf-16"))
    assert bodies(read(path)) == ["نص الخبر"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("9" * 5000, "a number with too many digits; what stands from here on is not read"),
        ("1e99999999999999999999", "a number with too large an exponent; what stands from here on is not read"),
    ],
)
def test_a_number_that_nothing_can_hold_ends_its_array(tmp_path: Path, read: Read, number: str, reason: str) -> None:
    """What stood before it and the other files go through; in JSON lines only its line is refused."""
    good = json.dumps(GOOD)
    (tmp_path / "a.json").write_text(f'[{good}, {{"id": {number}}}, {good}]')
    (tmp_path / "b.jsonl").write_text(f'{{"id": {number}}}\n{good}\n')
    happened = read(tmp_path)
    told = refusals(happened)
    assert (told.pop("a.json, item 2"), [*told], len(bodies(happened))) == (reason, ["b.jsonl, line 1"], 2)
