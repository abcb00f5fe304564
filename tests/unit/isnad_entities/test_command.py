"""`isnad entities`: articles in, names out, by files or pipes, and clear words when something is wrong."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from isnad.errors import IsnadError, RequestError
from isnad_entities.command import entities

ARTICLES = [
    {"id": "a", "source": "hayat", "title": "بوتين في دمشق", "body": "وصل فلاديمير بوتين إلى دمشق."},
    {"id": "b", "title": None, "body": "لا اسم هنا."},
    {"id": "c"},
]
LINES = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES).encode()


def entity(kind: str, text: str, field: str, start: int, canonical: str) -> dict[str, object]:
    return {
        "type": kind,
        "text": text,
        "field": field,
        "start": start,
        "end": start + len(text),
        "canonical": canonical,
    }


NAMES = [
    {
        "id": "a",
        "entities": [
            entity("PER", "بوتين", "title", 0, "فلاديمير بوتين"),
            entity("LOC", "دمشق", "title", 9, "دمشق"),
            entity("PER", "فلاديمير بوتين", "body", 4, "فلاديمير بوتين"),
            entity("LOC", "دمشق", "body", 23, "دمشق"),
        ],
    },
    {"id": "b", "entities": []},
    {"id": "c", "entities": []},
]


def run(*arguments: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(entities, [str(one) for one in arguments], input=given)


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
def test_a_file_of_articles_becomes_a_file_of_names(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"articles.{suffix}", tmp_path / f"names.{suffix}"
    source.write_bytes(gzip.compress(LINES) if suffix.endswith("gz") else LINES)
    result = run("--input", source, "--output", target)
    assert result.exit_code == 0, result.output
    written = target.read_bytes()
    lines = (gzip.decompress(written) if suffix.endswith("gz") else written).splitlines()
    assert [json.loads(line) for line in lines] == NAMES
    assert "3 articles" in result.stderr
    assert "2 PER, 2 LOC, 0 ORG, 0 MISC" in result.stderr


def test_pipes_work_and_standard_output_holds_nothing_but_lines() -> None:
    result = run("--input", "-", "--output", "-", given=LINES)
    assert [json.loads(line) for line in result.stdout.splitlines()] == NAMES


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id": "x", "body": 5}', "Expected"),
        (b"{", "line 4"),
        (b"\xff\xfe", "line 4"),
        (b'{"body": "..."}', "id"),
        (b'{"id": ""}', "empty"),
        (b"[1]", "Expected"),
    ],
)
def test_a_line_that_is_no_article_is_named_by_its_number_and_no_file_is_written(
    tmp_path: Path, line: bytes, said: str
) -> None:
    source, target = tmp_path / "articles.jsonl", tmp_path / "names.jsonl"
    source.write_bytes(LINES + line + b"\n")
    result = run("--input", source, "--output", target)
    assert isinstance(result.exception, IsnadError)
    assert "articles.jsonl, line 4" in str(result.exception)
    assert said in str(result.exception)
    assert "--skip-bad" in str(result.exception)
    assert list(tmp_path.iterdir()) == [source]


def test_bad_lines_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    source, target = tmp_path / "articles.jsonl", tmp_path / "names.jsonl"
    source.write_bytes(b"{\n" + LINES + b"[]\n")
    result = run("--input", source, "--output", target, "--skip-bad")
    assert result.exit_code == 0
    assert len(target.read_bytes().splitlines()) == len(ARTICLES)
    assert "2 lines left out" in result.stderr


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    result = run("--input", tmp_path / "nothing.jsonl", "--output", tmp_path / "names.jsonl")
    assert isinstance(result.exception, IsnadError)
    assert "nothing.jsonl" in str(result.exception)


def test_an_input_is_no_output(tmp_path: Path) -> None:
    source = tmp_path / "articles.jsonl"
    source.write_bytes(LINES)
    result = run("--input", source, "--output", source)
    assert isinstance(result.exception, RequestError)
    assert source.read_bytes() == LINES


def test_an_empty_name_is_not_the_current_folder() -> None:
    result = run("--input", "", "--output", "-")
    assert (result.exit_code, "the name is empty" in result.stderr) == (2, True)
