"""Archives in Parquet: every usual kind of column, what is wrong with them, and verdicts as tables."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from tests.unit.isnad_dedup.articles import text

from isnad.errors import RequestError
from isnad.messages import Link, Verdict
from isnad_dedup.offline.command import dedup
from isnad_dedup.offline.lines import Row
from isnad_dedup.offline.parquet_files import opened, verdict_table

NOON = datetime(2018, 2, 8, 12, tzinfo=UTC)
TABLE = pa.table(
    {
        "id": ["a", "b"],
        "source": ["hayat", "sabq"],
        "title": ["عنوان", None],
        "body": [text((0, 104)), text((50, 104), (500, 546))],
        "published_at": pa.array([NOON, None], pa.timestamp("us", "UTC")),
        "reads": [7, 9],
    }
)
LINK = {"id": "a", "story_id": "a", "jaccard": 50 / 146, "contained": 50 / 96, "contains": 0.5}
VERDICTS = [
    {"id": "a", "story_id": "a", "relation": "original", "links": []},
    {"id": "b", "story_id": "a", "relation": "partial", "links": [LINK]},
]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(dedup, [str(one) for one in arguments])


def rows(path: Path) -> list[Row]:
    with opened(path) as table:
        return [row for _, row in table]


def column(folder: Path, name: str, values: pa.Array) -> list[object]:
    """The values of one column as they are read, with those of the others by which they are told apart."""
    others = {key: ["x"] * len(values) for key in ("id", "body") if key != name}
    pq.write_table(pa.table({**others, name: values}), folder / "articles.parquet")
    return [getattr(row, name) for row in rows(folder / "articles.parquet")]


def test_parquet_in_and_parquet_out(tmp_path: Path):
    pq.write_table(TABLE, tmp_path / "articles.parquet")
    assert run("--input", tmp_path / "articles.parquet", "--output", tmp_path / "verdicts.parquet").exit_code == 0
    table = pq.read_table(tmp_path / "verdicts.parquet")
    assert table.to_pylist() == VERDICTS
    assert table.schema.names == ["id", "story_id", "relation", "links"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.parquet", "verdicts.parquet"]


def test_parquet_is_known_by_its_first_bytes_and_written_where_it_is_asked_for(tmp_path: Path):
    pq.write_table(TABLE, tmp_path / "articles")
    assert run("--input", tmp_path / "articles", "--output", tmp_path / "out", "--format", "parquet").exit_code == 0
    assert pq.read_table(tmp_path / "out").to_pylist() == VERDICTS


def test_row_groups_make_no_difference(tmp_path: Path):
    pq.write_table(TABLE, tmp_path / "articles.parquet", row_group_size=1)
    assert [row.id for row in rows(tmp_path / "articles.parquet")] == ["a", "b"]


def test_only_id_and_body_are_needed(tmp_path: Path):
    pq.write_table(TABLE.select(["body", "id"]), tmp_path / "articles.parquet")
    assert rows(tmp_path / "articles.parquet")[0] == Row("a", text((0, 104)), None, None, None, None)


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(),
        pa.large_string(),
        pa.binary(),
        pa.large_binary(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.large_string()),
    ],
)
def test_text_may_be_of_any_kind(tmp_path: Path, kind: pa.DataType):
    values = pa.array(["نص", None, ""], pa.string()).cast(kind)
    assert column(tmp_path, "title", values) == ["نص", None, ""]


def test_a_column_of_nothing_is_empty(tmp_path: Path):
    assert column(tmp_path, "title", pa.nulls(2)) == [None, None]


def test_an_id_may_be_a_whole_number(tmp_path: Path):
    assert column(tmp_path, "id", pa.array([7, None, -1])) == ["7", None, "-1"]


@pytest.mark.parametrize(
    "kind",
    [
        pa.timestamp("s"),
        pa.timestamp("ms", "UTC"),
        pa.timestamp("us", "Asia/Riyadh"),
        pa.timestamp("ns"),
    ],
)
def test_times_are_read_in_utc_whatever_their_unit_and_zone(tmp_path: Path, kind: pa.DataType):
    values = pa.array([1_518_091_200, None], pa.timestamp("s")).cast(kind)
    assert column(tmp_path, "published_at", values) == [NOON, None]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_a_date_is_its_first_moment(tmp_path: Path, kind: pa.DataType):
    values = pa.array([date(2018, 2, 8)], kind)
    assert column(tmp_path, "appended_at", values) == [datetime(2018, 2, 8, tzinfo=UTC)]


def test_a_time_that_no_calendar_has_is_none(tmp_path: Path):
    values = pa.array([10**17, -(10**17)], pa.timestamp("ms"))
    assert column(tmp_path, "published_at", values) == [None, None]


def test_a_text_that_is_not_utf_8_spoils_its_row_only(tmp_path: Path):
    bodies = pa.array([b"good", b"\xff", None]).cast(pa.string(), safe=False)
    pq.write_table(pa.table({"id": ["a", "b", "c"], "body": bodies}), tmp_path / "articles.parquet")
    refused = run("--input", tmp_path / "articles.parquet", "--output", "-")
    assert isinstance(refused.exception, RequestError)
    assert "articles.parquet, row 2: a text is not UTF-8" in str(refused.exception)
    done = run("--input", tmp_path / "articles.parquet", "--output", "-", "--skip-bad")
    assert [line[:9] for line in done.stdout.splitlines()] == ['{"id":"a"', '{"id":"c"']
    assert "1 row left out" in done.stderr


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.drop(["body"]), "has no column body; its columns are: id, source, title, published_at, reads"),
        (TABLE.append_column("appended_at", TABLE["reads"]), "appended_at is int64, and must be text, times or dates"),
        (TABLE.set_column(0, "id", pa.array([0.5, 1.0])), "id is double, and must be text or whole numbers"),
        (TABLE.set_column(2, "title", pa.array([["a"], []])), "title is list<"),
        (TABLE.append_column("id", TABLE["id"]), "more than one column id"),
    ],
)
def test_a_table_without_articles_says_what_is_wrong(tmp_path: Path, table: pa.Table, said: str):
    pq.write_table(table, tmp_path / "articles.parquet")
    with pytest.raises(RequestError) as refused:
        rows(tmp_path / "articles.parquet")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b'{"id": "a", "body": "b"}\n'])
def test_what_is_no_parquet_is_said_in_a_sentence(tmp_path: Path, content: bytes):
    (tmp_path / "articles.parquet").write_bytes(content)
    with pytest.raises(RequestError, match=r"articles\.parquet can't be read as Parquet: [^\n]+$"):
        rows(tmp_path / "articles.parquet")


def test_a_damaged_file_is_said_in_a_sentence_and_the_output_stays_as_it_was(tmp_path: Path):
    pq.write_table(TABLE, tmp_path / "articles.parquet", compression="gzip", use_dictionary=False)
    content = bytearray((tmp_path / "articles.parquet").read_bytes())
    content[4:100] = bytes(96)
    (tmp_path / "articles.parquet").write_bytes(content)
    (tmp_path / "verdicts.parquet").write_bytes(b"from yesterday")
    refused = run("--input", tmp_path / "articles.parquet", "--output", tmp_path / "verdicts.parquet")
    assert isinstance(refused.exception, RequestError)
    assert "articles.parquet can't be read after row 0: " in str(refused.exception)
    assert (tmp_path / "verdicts.parquet").read_bytes() == b"from yesterday"


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path):
    with pytest.raises(RequestError, match="can't be read: No such file"):
        rows(tmp_path / "none.parquet")


def test_a_pipe_with_parquet_is_refused(tmp_path: Path):
    pq.write_table(TABLE, tmp_path / "articles.parquet")
    command = [sys.executable, "-m", "isnad_cli", "dedup", "--input", "-", "--output", "-"]
    with (tmp_path / "articles.parquet").open("rb") as piped:
        done = subprocess.run(command, stdin=piped, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "isnad: Parquet can't be read from a pipe. Name its file: --input FILE.\n"


@pytest.mark.parametrize("arguments", [["--input", "a.parquet", "--output", "-"], ["--input", "-", "--output", "b.pq"]])
def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, arguments: list[str]):
    start = "import sys; sys.modules['pyarrow'] = None; from isnad_cli.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start, "dedup", *arguments],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.endswith('is Parquet, for which pyarrow is needed: pip install "isnad[parquet]"\n')
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_row_groups_are_cut_by_what_they_hold(tmp_path: Path):
    link = Link(id="0", story_id="0", jaccard=1.0, contained=1.0, contains=1.0, shared=9)
    numbers_of_links = [0, 2, 0, 0, 1, 0]
    with (
        (tmp_path / "verdicts.parquet").open("wb") as stream,
        verdict_table(stream, with_offsets=True, group_parts=4) as table,
    ):
        for offset, links in enumerate(numbers_of_links):
            table.write(f"{offset}", Verdict(story_id="0", relation="copy", links=(link,) * links), offset)
    written = pq.ParquetFile(tmp_path / "verdicts.parquet")
    assert [written.metadata.row_group(n).num_rows for n in range(written.num_row_groups)] == [2, 3, 1]
    rows = written.read().to_pylist()
    assert [row["offset"] for row in rows] == [0, 1, 2, 3, 4, 5]
    assert [len(row["links"]) for row in rows] == numbers_of_links
