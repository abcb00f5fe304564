"""Archives: what is found in them, and how broken or hostile ones are refused."""

import gzip
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from isnad_feeder.events import Event, Ready
from isnad_feeder.places import Refusal

Read = Callable[..., list[Event]]

LINE = '{"source":"o","body":"نص الخبر الأول"}\n'


def refusals(happened: list[Event]) -> list[tuple[str, str]]:
    return [(str(one.place), one.reason) for one in happened if isinstance(one, Refusal)]


def ready(happened: list[Event]) -> list[str]:
    return [str(one.place) for one in happened if isinstance(one, Ready)]


def archive(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def test_members_are_read_in_order_at_any_depth(tmp_path: Path, read: Read) -> None:
    """Folders in a zip, gz in a zip, and what a Mac leaves behind is passed over."""
    content = {
        "b/c/2.jsonl.gz": gzip.compress(LINE.encode() * 2),
        "a/1.txt": "صفحة",
        "__MACOSX/a/._1.txt": "x",
        "a/.hidden.txt": "x",
        "z.json": f"[{LINE}]",
    }
    path = archive(tmp_path / "day.zip", **content)
    assert ready(read(path)) == [
        f"{path}!a/1.txt",
        f"{path}!b/c/2.jsonl.gz, line 1",
        f"{path}!b/c/2.jsonl.gz, line 2",
        f"{path}!z.json, item 1",
    ]


def test_the_source_of_a_text_is_its_folder(tmp_path: Path, read: Read) -> None:
    """The nearest folder, in a zip too; at a zip's root it is the zip's name."""
    path = archive(tmp_path / "outlet-a.zip", **{"1.txt": "أ", "outlet-b/2.txt": "ب"})
    (tmp_path / "outlet-c").mkdir()
    (tmp_path / "outlet-c" / "3.txt").write_text("ج")
    happened = read(path, tmp_path / "outlet-c")
    keys = [one.message.key.decode().partition(":")[0] for one in happened if isinstance(one, Ready)]
    assert keys == ["outlet-a", "outlet-b", "outlet-c"]


def test_a_gz_cut_short_gives_what_stood_before_the_cut(tmp_path: Path, read: Read) -> None:
    """The lines before the cut are sent, and the cut has its place."""
    # Stored, not deflated, so that the first half of the bytes is the first half of the lines.
    packed = gzip.compress(LINE.encode() * 4000, compresslevel=0)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed[: len(packed) // 2])
    happened = read(path)
    assert len(ready(happened)) > 1000
    assert refusals(happened) == [
        (f"{path}, line {len(ready(happened)) + 1}", "the archive is cut short; what stands from here on is not read")
    ]


@pytest.mark.parametrize("missing", [1, 4, 8])
def test_all_that_stands_before_a_cut_is_read(tmp_path: Path, read: Read, missing: int) -> None:
    """Cut within the checksum that follows the last of them, 300 lines are 300 articles, 300 items too."""
    for name, content in ("a.jsonl.gz", LINE * 300), ("b.json.gz", f"[{','.join([LINE] * 300)}]"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(content.encode())[:-missing])
        happened = read(path)
        assert len(ready(happened)) == 300
        ((place, reason),) = refusals(happened)
        assert place.endswith(" 301")
        assert reason == "the archive is cut short; what stands from here on is not read"


def test_little_is_lost_before_damaged_bytes(tmp_path: Path, read: Read) -> None:
    """Of 52 kB, packed in some hundred bytes, in front of what is not deflated, less than 10 kB."""
    packing = zlib.compressobj(wbits=31)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packing.compress(LINE.encode() * 1000) + packing.flush(zlib.Z_FULL_FLUSH) + b"\xff" * 100)
    happened = read(path)
    assert 800 < len(ready(happened)) <= 1000
    ((place, reason),) = refusals(happened)
    assert place == f"{path}, line {len(ready(happened)) + 1}"
    assert reason.startswith("the archive is damaged: ")


def test_a_text_cut_short_is_refused_whole(tmp_path: Path, read: Read) -> None:
    """Half an article is none."""
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress("خبر".encode())[:-4])
    assert refusals(read(path, source="o")) == [(str(path), "the archive is cut short")]


@pytest.mark.parametrize("rest", [b"\n", b"\nlogrotate\n", LINE.encode() * 5000])
@pytest.mark.parametrize(("name", "content"), [("a.jsonl.gz", LINE * 300), ("a.jsonl.gz", (LINE * 300).rstrip())])
def test_what_stands_behind_a_gz_is_told_and_costs_nothing(
    tmp_path: Path, read: Read, name: str, content: str, rest: bytes
) -> None:
    """All lines before it are articles, the last one too where no line end follows it."""
    path = tmp_path / name
    path.write_bytes(gzip.compress(content.encode()) + rest)
    happened = read(path)
    assert len(ready(happened)) == 300
    assert refusals(happened) == [
        (str(path), "all that is packed was read, but after its end something stands that is not gzip")
    ]


def test_a_text_with_something_behind_its_gz_is_read(tmp_path: Path, read: Read) -> None:
    """In a zip as well."""
    packed = gzip.compress("خبر".encode()) + b"rest"
    (tmp_path / "a.txt.gz").write_bytes(packed)
    archive(tmp_path / "b.zip", **{"b.txt.gz": packed})
    happened = read(tmp_path, source="o")
    assert len(ready(happened)) == len(refusals(happened)) == 2


def test_gz_files_one_after_the_other_are_one(tmp_path: Path, read: Read) -> None:
    """As `cat a.gz b.gz` makes them, also with the zeros that tapes leave behind."""
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(
        gzip.compress(LINE.encode() * 300) * 2 + gzip.compress(b"") + gzip.compress(LINE.encode()) + b"\0" * 99
    )
    happened = read(path)
    assert (len(ready(happened)), refusals(happened)) == (601, [])


def test_the_whole_lines_before_a_fault_in_a_zip_member_are_read(tmp_path: Path, read: Read) -> None:
    """Stored in a zip, a gz that was cut when it was packed, and a member whose second half is not deflated."""
    lines = b"".join(b'{"source":"o","body":"%d"}\n' % (number * 7919**9) for number in range(4000))
    path = archive(tmp_path / "a.zip", **{"a.jsonl.gz": gzip.compress(LINE.encode() * 300)[:-4], "b.jsonl": lines})
    with zipfile.ZipFile(path) as whole:
        begin, size = whole.getinfo("b.jsonl").header_offset, whole.getinfo("b.jsonl").compress_size
    content = bytearray(path.read_bytes())
    half = begin + size * 3 // 4
    content[half : half + 2000] = b"\xff" * 2000
    path.write_bytes(content)
    happened = read(path)
    lines_read = Counter(place.partition(",")[0].rpartition("!")[2] for place in ready(happened))
    assert lines_read["a.jsonl.gz"] == 300
    assert lines_read["b.jsonl"] > 1000


def test_broken_archives_are_refused_and_the_rest_goes_through(tmp_path: Path, read: Read) -> None:
    """No zip, no gzip, a zip cut short, a damaged member beside a whole one."""
    (tmp_path / "1-none.zip").write_bytes(b"PK this is not a zip")
    (tmp_path / "2-none.jsonl.gz").write_bytes(b"plain")
    whole = archive(tmp_path / "3-cut.zip", **{"a.jsonl": LINE * 100}).read_bytes()
    (tmp_path / "3-cut.zip").write_bytes(whole[: len(whole) // 2])
    damaged = tmp_path / "4-damaged.zip"
    with zipfile.ZipFile(damaged, "w", zipfile.ZIP_STORED) as made:
        made.writestr("a.jsonl", LINE)
        made.writestr("b.jsonl", LINE)
    damaged.write_bytes(damaged.read_bytes().replace(LINE.encode(), LINE.encode().replace(b"o", b"u"), 1))
    happened = read(tmp_path)
    assert [place.rpartition("/")[2] for place, _ in refusals(happened)] == [
        "1-none.zip", "2-none.jsonl.gz", "3-cut.zip", "4-damaged.zip!a.jsonl",
    ]  # fmt: skip
    assert [reason.partition(":")[0] for _, reason in refusals(happened)] == [
        "not a whole zip archive", "the archive is damaged", "not a whole zip archive", "the archive is damaged",
    ]  # fmt: skip
    assert ready(happened) == [f"{damaged}!b.jsonl, line 1"]


def test_a_zip_bomb_ends_early(tmp_path: Path, read: Read) -> None:
    """400 MB of blank lines in 400 kB are given up on, and the articles that stood before them are sent."""
    packed = io.BytesIO()
    with gzip.open(packed, "wb") as stream:
        stream.write(LINE.encode())
        for _ in range(400):
            stream.write((b" " * 999 + b"\n") * 1000)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(packed.getvalue())
    happened = read(path)
    assert ready(happened) == [f"{path}, line 1"]
    assert [reason for _, reason in refusals(happened)] == [
        "unpacks to 100 times its size and more, as a zip bomb does; what stands from here on is not read"
    ]


def test_many_members_share_one_budget(tmp_path: Path, read: Read) -> None:
    """A bomb cut into members that are each harmless is given up on as well."""
    path = archive(tmp_path / "bomb.zip", **{f"{n}.jsonl": (" " * 999 + "\n") * 8000 for n in range(6)})
    reasons = [reason for _, reason in refusals(read(path))]
    assert reasons[:4] == ["there is nothing in it"] * 4
    assert all("as a zip bomb does" in reason for reason in reasons[4:])


def test_other_archives_are_refused(tmp_path: Path, read: Read) -> None:
    """A zip in a zip, an empty zip, and kinds that are not read."""
    inner = archive(tmp_path / "inner.zip", **{"a.txt": "x"}).read_bytes()
    (tmp_path / "inner.zip").unlink()
    path = archive(tmp_path / "a.zip", **{"inner.zip": inner, "picture.png": b"\x89PNG"})
    archive(tmp_path / "b.zip")
    assert refusals(read(tmp_path)) == [
        (f"{path}!inner.zip", "a zip inside a zip is not opened; unpack it first"),
        (f"{path}!picture.png", "not a kind that is read: .txt .jsonl .ndjson .json, these as .gz, or .zip of them"),
        (f"{tmp_path / 'b.zip'}", "the archive is empty"),
    ]


def test_a_damaged_lzma_member_is_refused(tmp_path: Path, read: Read) -> None:
    """Whichever of the first bytes after LZMA's header of 9 is spoilt; the member after it goes through."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("a.jsonl", LINE * 50)
        packed.writestr("b.jsonl", LINE)
        begin = 30 + len("a.jsonl") + 9
    for spoilt in range(begin, begin + 30):
        content = bytearray(made.getvalue())
        content[spoilt] ^= 0xFF
        path = tmp_path / "day.zip"
        path.write_bytes(content)
        happened = read(path)
        assert any("day.zip!a.jsonl" in place for place, _ in refusals(happened))
        assert ready(happened)[-1] == f"{path}!b.jsonl, line 1"


def test_a_member_without_a_name_is_refused(tmp_path: Path, read: Read) -> None:
    """As where its name begins with a zero byte; the others go through."""
    path = archive(tmp_path / "day.zip", **{"a.jsonl": LINE, "b.jsonl": LINE})
    path.write_bytes(path.read_bytes().replace(b"a.jsonl", b"\0.jsonl"))
    happened = read(path)
    assert refusals(happened) == [(str(path), "the archive is damaged: something in it has no name")]
    assert ready(happened) == [f"{path}!b.jsonl, line 1"]
