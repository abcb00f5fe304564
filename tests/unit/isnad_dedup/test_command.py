"""`isnad dedup`: articles in, verdicts out, by files or pipes, and clear words when something is wrong."""

import gzip
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from tests.unit.isnad_dedup.articles import text

from isnad.addresses import addresses_file
from isnad.errors import IsnadError, RequestError
from isnad.offline import Reading
from isnad_dedup.offline import archives
from isnad_dedup.offline.command import dedup
from isnad_dedup.offline.lines import Clerk

TITLE = "عنوان"


def article(article_id: str, *ranges: tuple[int, int], title: str = TITLE, **more: object) -> dict[str, object]:
    return {"id": article_id, "source": "hayat", "title": title, "body": text(*ranges), **more}


def link(article_id: str, story_id: str, jaccard: float, contained: float, contains: float) -> dict[str, object]:
    shares = {"jaccard": jaccard, "contained": contained, "contains": contains}
    return {"id": article_id, "story_id": story_id, **shares}


def verdict(article_id: str, story_id: str, relation: str, *links: dict[str, object]) -> dict[str, object]:
    return {"id": article_id, "story_id": story_id, "relation": relation, "links": [*links]}


# A text of n words has n - 4 shingles.
ARTICLES_AND_VERDICTS = [
    (article("a", (0, 104), published_at="2018-02-08T12:00:00Z"), verdict("a", "a", "original")),
    (
        article("b", (0, 104), title="آخر", published_at="2018-02-09"),
        verdict("b", "a", "copy", link("a", "a", 1, 1, 1)),
    ),
    # 54 words of `a`, and 46 others.
    (
        article("c", (50, 104), (500, 546), published_at=None),
        verdict("c", "a", "partial", link("a", "a", 50 / 146, 50 / 96, 0.5), link("b", "a", 50 / 146, 50 / 96, 0.5)),
    ),
    (article("d", (900, 999)), verdict("d", "d", "original")),
    (article("d", (900, 999), (1200, 1210)), verdict("d", "d", "revision")),
    (article("a", (0, 104)), verdict("a", "a", "original")),
    (article("e", (900, 999), (1200, 1210)), verdict("e", "d", "copy", link("d", "d", 1, 1, 1))),
    # Too short for a shingle: the same story only with the same words, in the title too.
    (article("f", (0, 3)), verdict("f", "f", "original")),
    (article("g", (0, 3)), verdict("g", "f", "copy", link("f", "f", 1, 1, 1))),
    (article("h", (0, 3), title="آخر"), verdict("h", "h", "original")),
]
ARTICLES = [one for one, _ in ARTICLES_AND_VERDICTS]
VERDICTS = [told for _, told in ARTICLES_AND_VERDICTS]
LINES = "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in ARTICLES).encode()


def run(source: Path | str, target: Path | str, *more: str, piped: bytes | None = None) -> Result:
    return call("--input", str(source), "--output", str(target), *more, piped=piped)


def call(*arguments: str, piped: bytes | None = None) -> Result:
    return CliRunner().invoke(dedup, arguments, input=piped)


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
    assert "10 articles" in result.stderr
    assert "5 original, 3 copy, 1 partial, 1 revision" in result.stderr


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
    assert "articles.jsonl, line 12:" in reason
    assert "--skip-bad" in reason
    assert (tmp_path / "verdicts.jsonl").read_bytes() == b"from yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles.jsonl", "verdicts.jsonl"]


def test_bad_lines_can_be_left_out_and_are_counted(tmp_path: Path):
    result = run("-", "-", "--skip-bad", piped=b"{bad\n" + LINES + b"[]\n")
    assert verdicts(result.stdout_bytes) == VERDICTS
    assert "2 lines left out" in result.stderr


@pytest.mark.parametrize("given", ["articles.jsonl", "."])
def test_an_input_is_no_output_not_even_one_of_its_folder(tmp_path: Path, given: str):
    (tmp_path / "articles.jsonl").write_bytes(LINES)
    reason = refusal(run(tmp_path / given, tmp_path / "articles.jsonl"))
    assert reason.endswith("articles.jsonl. Name another file: --output.")
    assert (tmp_path / "articles.jsonl").read_bytes() == LINES


def test_a_missing_input_is_said_in_a_sentence(tmp_path: Path):
    assert "can't be read" in refusal(run(tmp_path / "none.jsonl", "-"))


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path):
    assert "can't be written" in refusal(run("-", tmp_path / "none" / "verdicts.jsonl", piped=LINES))


TOO_LONG = "a" * 300
"""A name that no file system takes."""


@pytest.mark.parametrize(("source", "target"), [(TOO_LONG, "-"), ("-", TOO_LONG)])
def test_a_path_that_can_not_be_looked_at_is_said_in_a_sentence(source: str, target: str):
    assert refusal(run(source, target, piped=LINES)) == f"{TOO_LONG} can't be looked at: File name too long"


def test_nothing_is_guessed_of_a_file_that_can_not_be_looked_at():
    with pytest.raises(RequestError, match="can't be looked at"):
        archives.size_of([Path(TOO_LONG)])
    with (
        Reading(None, skip_bad=False, show_every=1) as reading,
        pytest.raises(RequestError, match="can't be looked at"),
    ):
        next(archives.articles([Path(TOO_LONG)], Clerk(), reading))


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


@pytest.mark.parametrize("days", [["2018-02-01", "2018-02-08"], ["1955-02-01", "1955-02-08"]])
def test_the_window_counts_by_the_field_that_is_asked_for(days: list[str]):
    lines = b"".join(
        json.dumps({"id": day, "body": text((0, 104)), "published_at": day}).encode() + b"\n" for day in days
    )
    stories = {
        more: [verdict["story_id"] for verdict in verdicts(run("-", "-", *more, piped=lines).stdout_bytes)]
        for more in [("--window-days", "6"), ("--window-days", "6", "--time-from", "published_at")]
    }
    assert list(stories.values()) == [[days[0], days[0]], days]


def test_several_files_are_one_log_in_the_order_given(tmp_path: Path):
    lines = LINES.splitlines(keepends=True)
    (tmp_path / "z.jsonl").write_bytes(b"".join(lines[:3]))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[3:])))
    inputs = ("--input", str(tmp_path / "z.jsonl"), "--input", str(tmp_path / "a.jsonl.gz"))
    assert verdicts(call(*inputs, "--output", "-").stdout_bytes) == VERDICTS


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path):
    lines = LINES.splitlines(keepends=True)
    for number, line in enumerate(lines):
        folder = tmp_path / f"month={number // 4}"
        folder.mkdir(exist_ok=True)
        (folder / f"part-{number}.jsonl").write_bytes(line)
    for name in ("_SUCCESS.jsonl", ".part-0.jsonl", "notes.txt"):
        (tmp_path / name).write_bytes(b"no articles")
    assert verdicts(run(tmp_path, "-").stdout_bytes) == VERDICTS


def test_a_bad_line_is_named_by_its_own_file(tmp_path: Path):
    for name, lines in (("1.jsonl", LINES), ("2.jsonl", LINES + b"{bad\n")):
        (tmp_path / name).write_bytes(lines)
    assert f"{tmp_path / '2.jsonl'}, line 11:" in refusal(run(tmp_path, "-"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--input FILE, or --from-log"),
        (["--input", "a.jsonl", "--from-log"], "Leave out one of --from-log and --input"),
        (["--input", "a.jsonl", "--until-offset", "7"], "Add: --from-log"),
        (["--input", "a.jsonl", "--work-dir", "/none/at/all"], "/none/at/all can't take the working files"),
        (["--input", "a.jsonl", "--format", "parquet"], "Parquet can't be written to a pipe"),
        (["--input", "a.jsonl", "--format", "parquet", "--output", "v.gz"], "Name a file without .gz"),
    ],
)
def test_calls_that_make_no_sense_are_refused_in_a_sentence(arguments: list[str], said: str):
    assert said in refusal(call("--output", "-", *arguments))


@pytest.mark.parametrize(("closed", "said"), [("<", "Standard input is closed"), (">", "Standard output is closed")])
def test_a_closed_stream_is_a_mistake_in_the_call(closed: str, said: str):
    command = f"exec {shlex.quote(sys.executable)} -m isnad_cli dedup --input - --output - {closed}&-"
    ended = subprocess.run(["sh", "-c", command], input=LINES, capture_output=True, check=False)
    assert ended.returncode == 2
    assert said in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr


@pytest.mark.skipif(not Path("/proc/self/fd/1").exists(), reason="only where the system names streams so")
def test_standard_output_under_another_name_is_not_replaced(tmp_path: Path):
    with (tmp_path / "out").open("wb") as output:
        command = [sys.executable, "-m", "isnad_cli", "dedup", "--input", "-", "--output", "/proc/self/fd/1"]
        subprocess.run(command, input=LINES, stdout=output, check=True)
    assert len((tmp_path / "out").read_bytes().splitlines()) == len(LINES.splitlines())


def test_a_folder_without_articles_is_refused(tmp_path: Path):
    (tmp_path / "notes.txt").write_bytes(b"no articles")
    assert "has no file that ends in .jsonl" in refusal(run(tmp_path, "-"))


@pytest.mark.parametrize(("name", "is_hidden"), [("2015", False), ("_state", True)])
def test_a_folder_that_may_not_be_read_is_not_passed_by(name: str, is_hidden: bool):
    """What is in it would be missing from all stories; but what is left out anyway does not matter."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.jsonl").write_bytes(LINES)
        (Path(folder) / name).mkdir(mode=0)
        Path(folder).chmod(0o755)
        user = os.geteuid()
        os.seteuid(user or 65534)  # root may read everything
        try:
            if is_hidden:
                assert [file.name for file in archives.files([Path(folder)])] == ["a.jsonl"]
            else:
                with pytest.raises(RequestError, match=f"{name} can't be looked at: Permission denied"):
                    archives.files([Path(folder)])
        finally:
            os.seteuid(user)


@pytest.mark.parametrize("bad", [b"", b"{bad\n"])
def test_no_working_file_is_left(tmp_path: Path, bad: bytes):
    run("-", "-", "--work-dir", str(tmp_path), piped=LINES + bad)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_and_nothing_is_left_behind(tmp_path: Path, number: signal.Signals):
    work, output = tmp_path / "work", tmp_path / "output"
    work.mkdir()
    output.mkdir()
    arguments = ["--input", "-", "--output", str(output / "verdicts.jsonl"), "--work-dir", str(work)]
    command = [sys.executable, "-m", "isnad_cli", "dedup", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        running.stdin.write(LINES)
        running.stdin.flush()
        while not (any(work.iterdir()) and any(output.iterdir())):
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(number)
        _, said = running.communicate()
    assert running.returncode == (1 if number == signal.SIGINT else 128 + number)
    assert b"Traceback" not in said
    assert [*work.iterdir(), *output.iterdir()] == []


def test_the_help_shows_an_example():
    assert "isnad dedup --input articles.jsonl --output verdicts.jsonl" in call("--help").output


@pytest.mark.parametrize("wrong", [{"ISNAD_KAFKA": "nonsense:"}, {"ISNAD_KAFKA_SECURITY": "bogus"}, {}])
def test_only_the_log_needs_settings_of_kafka(tmp_path: Path, wrong: dict[str, str]):
    """Of no matter for files is also what the local stack has noted."""
    addresses_file(tmp_path).parent.mkdir()
    addresses_file(tmp_path).write_bytes(b"\xff")
    arguments = ["--output", "-", "--home", str(tmp_path)]
    runner = CliRunner(env=wrong)
    assert runner.invoke(dedup, ["--input", "-", *arguments], input=LINES).exit_code == 0
    told = runner.invoke(dedup, ["--from-log", *arguments])
    assert told.exit_code == 2 or isinstance(told.exception, IsnadError)
    assert told.stdout == ""


def test_an_empty_name_is_not_the_current_folder():
    result = run("", "-")
    assert (result.exit_code, "the name is empty" in result.stderr) == (2, True)


def test_half_of_a_character_is_called_so():
    for half in (rb'{"id": "a", "body": "\ud83d alone"}', rb'{"id": "a", "body": "\ud83d"}'):
        assert "half of a character" in refusal(run("-", "-", piped=half))
    assert "half of a character" not in refusal(run("-", "-", piped=rb'{"id": "a", "body": "\ud83d\ude00'))
