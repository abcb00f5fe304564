"""`isnad search`: what is asked of the API, and what a person sees."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from click.testing import CliRunner

from isnad_api.models import SearchAnswer
from isnad_cli.__main__ import main
from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from isnad_cli.found import Found, show
from isnad_cli.search import search

EXAMPLE = SearchAnswer.model_validate(SearchAnswer.model_config["json_schema_extra"]["examples"][0])


class Api:
    """Answers every request alike and keeps what was asked."""

    def __init__(self) -> None:
        self.status = 200
        self.body = EXAMPLE.model_dump_json().encode()
        self.asked: list[tuple[str, str]] = []
        self.path = ""
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                api.path = urlsplit(self.path).path
                api.asked = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
                self.send_response(api.status)
                self.end_headers()
                self.wfile.write(api.body)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture
def api() -> Iterator[Api]:
    running = Api()
    thread = Thread(target=running.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.server.shutdown()
    thread.join()
    running.server.server_close()


def run(api, *arguments):
    done = CliRunner().invoke(search, [*arguments, "--api", api.url], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_json_is_the_api_s_answer_as_it_is(api):
    assert run(api, "سوريا", "--json") == EXAMPLE.model_dump_json() + "\n"


def test_every_option_is_asked_of_the_api(api):
    run(
        api,
        *("سوريا", "أمريكا", "--outlet", "a", "--outlet", "b", "--entity", "LOC:سوريا", "--day", "2018-02-09"),
        *(
            "--from",
            "2018-02-01",
            "--to",
            "2018-03-01",
            "--language",
            "ar",
            "--sort",
            "oldest",
            "--size",
            "3",
            "--page",
            "2",
        ),
    )
    assert api.path == "/v1/search"
    assert sorted(api.asked) == sorted([
        ("q", "سوريا أمريكا"), ("outlet", "a"), ("outlet", "b"), ("entity", "LOC:سوريا"), ("day", "2018-02-09"),
        ("from", "2018-02-01"), ("to", "2018-03-01"), ("language", "ar"), ("sort", "oldest"),
        ("size", "3"), ("page", "2"),
    ])  # fmt: skip


def test_a_person_sees_the_story_its_outlets_the_marked_words_and_the_facets(api):
    shown = run(api, "سوريا")
    assert "1 story, 2 articles" in shown
    assert "التحالف يقصف في دير الزور" in shown
    assert "alwatan" in shown
    assert "2 of 2 articles fit" in shown
    assert "في شرق [سورية]" in shown
    assert f"سوريا{POP_DIRECTIONAL_ISOLATE} 2" in shown


def test_right_to_left_text_is_isolated_in_every_line(api):
    for line in run(api, "سوريا").splitlines():
        assert line.count(FIRST_STRONG_ISOLATE) == line.count(POP_DIRECTIONAL_ISOLATE)


def found(**changes):
    answer = json.loads(EXAMPLE.model_dump_json())
    answer["hits"][0]["hits"][0].update(changes)
    return msgspec.json.decode(json.dumps(answer), type=Found)


def test_on_a_terminal_the_words_are_bold_and_not_in_brackets():
    lines = list(show(found(), 80, plain=False))
    (line,) = [line for line in lines if "في شرق" in line.plain]
    assert [line.plain[span.start : span.end] for span in line.spans if span.style == "bold yellow"] == ["سورية"]


def test_an_article_can_t_steer_the_terminal():
    """Escape sequences, and marks that would turn the direction of what follows."""
    text = "قبل \x1b[31mحلب\x07 \u202eبعد"
    highlight = {"field": "body", "text": text, "marks": [[9, 12]], "html": ""}
    shown = "\n".join(line.plain for line in show(found(highlights=[highlight]), 80, plain=True))
    assert "[حلب]" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


def test_a_long_piece_is_broken_into_lines_that_fit():
    text = " ".join(["كلمة"] * 60)
    highlight = {"field": "body", "text": text, "marks": [[0, 4]], "html": ""}
    lines = [line.plain for line in show(found(highlights=[highlight]), 60, plain=False) if "كلمة" in line.plain]
    assert len(lines) == 3
    assert all(len(line) <= 60 + 3 for line in lines)


def test_nothing_found_is_said():
    empty = msgspec.structs.replace(found(), hits=(), stories=0, articles=0)
    assert [line.plain for line in show(empty, 80, plain=True)] == ["Nothing was found."]


def exits(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["isnad", "search", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code, capsys.readouterr().err


def test_without_an_api_there_is_a_sentence_that_says_what_to_do(monkeypatch, capsys):
    status, said = exits(monkeypatch, capsys, "x", "--api", "http://127.0.0.1:9")
    assert status == 1
    assert "isnad up" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("answered", "body", "status", "sentence"),
    [
        (400, {"detail": "The search holds no word."}, 2, "The search holds no word."),
        (503, {"detail": "Searching is not available for now."}, 1, "Searching is not available for now."),
    ],
)
def test_what_the_api_refuses_is_said_in_its_words(monkeypatch, capsys, api, answered, body, status, sentence):
    api.status, api.body = answered, json.dumps(body).encode()
    left, said = exits(monkeypatch, capsys, "x", "--api", api.url)
    assert (left, said.strip()) == (status, f"isnad: {sentence}")


@pytest.mark.parametrize(("answered", "body"), [(404, b"<html>"), (200, b"<html>"), (200, b"{}")])
def test_another_server_at_the_address_is_told_from_isnad_s_api(monkeypatch, capsys, api, answered, body):
    api.status, api.body = answered, body
    status, said = exits(monkeypatch, capsys, "x", "--api", api.url)
    assert status == 1
    assert "not isnad's API" in said
