"""`isnad dedup`: articles in, verdicts out, by files or pipes, and clear words when something is wrong."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.isnad_dedup.articles import text

from isnad.errors import IsnadError
from isnad_dedup.command import dedup

ARTICLES = [
    {"id": "a", "source": "hayat", "title": "عنوان", "body": text((0, 104)), "published_at": "2018-02-08T12:00:00Z"},
    {"id": "b", "source": "sabq", "title": "آخر", "body": text((50, 104), (500, 546)), "published_at": "2018-02-09"},
    {"id": "c", "source": "okaz", "title": "عنوان", "body": text((900, 999)), "published_at": None},
    {"id": "a", "source": "hayat", "title": "عنوان", "body": text((0, 104)), "published_at": "2018-02-08T12:00:00Z"},
]
LINES = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES).encode()
VERDICTS = [
    {"id": "a", "story_id": "a", "relation": "original", "links": []},
    {
        "id": "b",
        "story_id": "a",
        "relation": "partial",
        "links": [{"id": "a", "story_id": "a", "jaccard": 50 / 146, "contained": 50 / 96, "contains": 0.5}],
    },
    {"id": "c", "story_id": "c", "relation": "original", "links": []},
    {"id": "a", "story_id": "a", "relation": "original", "links": []},
]


def run(source: Path | str, target: Path | str, *more: str, piped: bytes | None = None) -> Result:
    return CliRunner().invoke(dedup, ["--input", str(source), "--output", str(target), *more], input=piped)


def refusal(result: Result) -> str:
    assert isinstance(result.exception, IsnadError), result.output
    return str(result.exception)


def verdicts(lines: bytes) -> list[object]:
    return [json.loads(line) for line in lines.splitlines()]


def test_a_file_of_articles_gives_a_file_of_verdicts_in_the_same_order(tmp_path: Path):
    (tmp_path / "articles.jsonl").write_bytes(LINES)
    result = run(tmp_path / "articles.jsonl", tmp_path / "verdicts.jsonl")
    assert result.exit_code == 0
    assert verdicts((tmp_path / "verdicts.jsonl").read_bytes()) == VERDICTS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "verdicts.jsonl"]
    assert "4 articles" in result.stderr
    assert "3 original, 0 copy, 1 partial, 0 revision" in result.stderr


def test_packed_files_hold_the_same_and_packing_adds_no_date(tmp_path: Path):
    (tmp_path / "articles.jsonl.gz").write_bytes(gzip.compress(LINES))
    for name in ("one.gz", "two.gz"):
        assert run(tmp_path / "articles.jsonl.gz", tmp_path / name).exit_code == 0
    assert verdicts(gzip.decompress((tmp_path / "one.gz").read_bytes())) == VERDICTS
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_it_reads_and_writes_pipes():
    result = run("-", "-", piped=LINES)
    assert result.exit_code == 0
    assert verdicts(result.stdout_bytes) == VERDICTS


def test_a_byte_order_mark_and_blank_lines_do_no_harm():
    assert verdicts(run("-", "-", piped=b"\xef\xbb\xbf" + LINES.replace(b"\n", b"\r\n\r\n")).stdout_bytes) == VERDICTS


def test_a_bad_line_is_named_and_the_output_stays_as_it_was(tmp_path: Path):
    (tmp_path / "articles.jsonl").write_bytes(LINES + b"\n{bad\n" + LINES)
    (tmp_path / "verdicts.jsonl").write_bytes(b"from yesterday")
    reason = refusal(run(tmp_path / "articles.jsonl", tmp_path / "verdicts.jsonl"))
    assert "articles.jsonl, line 6:" in reason
    assert "--skip-bad" in reason
    assert (tmp_path / "verdicts.jsonl").read_bytes() == b"from yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "verdicts.jsonl"]


def test_bad_lines_can_be_left_out_and_are_counted(tmp_path: Path):
    result = run("-", "-", "--skip-bad", piped=b"{bad\n" + LINES + b"[]\n")
    assert verdicts(result.stdout_bytes) == VERDICTS
    assert "2 lines left out" in result.stderr


def test_a_missing_input_is_said_in_a_sentence(tmp_path: Path):
    assert "can't be read" in refusal(run(tmp_path / "none.jsonl", "-"))


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path):
    assert "can't be written" in refusal(run("-", tmp_path / "none" / "verdicts.jsonl", piped=LINES))


@pytest.mark.parametrize("content", [gzip.compress(LINES * 1000)[:-50], b"not packed at all"])
def test_a_broken_archive_is_said_in_a_sentence(tmp_path: Path, content: bytes):
    (tmp_path / "articles.jsonl.gz").write_bytes(content)
    assert "can't be read after line" in refusal(run(tmp_path / "articles.jsonl.gz", tmp_path / "out.jsonl"))
    assert not (tmp_path / "out.jsonl").exists()


def test_an_empty_input_gives_an_empty_output(tmp_path: Path):
    (tmp_path / "articles.jsonl").write_bytes(b"")
    assert run(tmp_path / "articles.jsonl", tmp_path / "verdicts.jsonl").exit_code == 0
    assert (tmp_path / "verdicts.jsonl").read_bytes() == b""


def test_a_special_file_is_written_to_and_not_replaced(tmp_path: Path):
    (tmp_path / "articles.jsonl").write_bytes(LINES)
    assert run(tmp_path / "articles.jsonl", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_the_window_counts_by_the_field_that_is_asked_for():
    days = ["2018-02-01", "2018-02-08"]
    lines = b"".join(
        json.dumps({"id": day, "body": text((0, 104)), "published_at": day}).encode() + b"\n" for day in days
    )
    stories = {
        more: [verdict["story_id"] for verdict in verdicts(run("-", "-", *more, piped=lines).stdout_bytes)]
        for more in [("--window-days", "6"), ("--window-days", "6", "--time-from", "published_at")]
    }
    assert list(stories.values()) == [[days[0], days[0]], days]
