"""`isnad delete` and `isnad restore`: what is asked of the API, and when they are done."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from click.testing import CliRunner, Result
from tests.unit.serving import serving

from isnad.errors import IsnadError, RequestError, SearchUnavailable, SetupError
from isnad_cli.__main__ import cli

EARLIER, NOW = "2026-01-01T11:00:00Z", "2026-01-01T12:00:00Z"


class Chain:
    """An API whose chain is a few looks behind."""

    def __init__(self) -> None:
        self.articles = {"a": ["a"], "page": ["page#1", "page#2"]}
        self.down: dict[str, str] = {}
        self.orders: list[tuple[str, str, str]] = []
        self.looks = 0
        self.behind = 0
        """So many looks after an order until it is carried out."""
        self.away_at_look = 0
        chain = self

        class Handler(BaseHTTPRequestHandler):
            def do_DELETE(self) -> None:
                kind, id_ = chain.address(self.path)
                reason = parse_qs(urlsplit(self.path).query).get("reason", [""])[0]
                chain.orders.append((kind, id_, reason))
                chain.looks = 0
                self.answer(202, {"id": id_, "kind": "takedown", "at": NOW, "next": ""})

            def do_GET(self) -> None:
                chain.looks += 1
                if chain.orders and chain.looks == chain.away_at_look:
                    self.answer(503, {"detail": "away"})
                    return
                _, id_ = chain.address(self.path)
                self.answer(200, chain.standing(id_))

            def answer(self, status: int, body: object) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def address(self, path: str) -> tuple[str, str]:
        _, _, kind, id_ = urlsplit(path).path.split("/", 3)
        return kind, unquote(id_)

    def standing(self, id_: str) -> dict[str, object]:
        kinds = [kind for kind, ordered, _ in self.orders if ordered == id_]
        articles = [{"id": one, "source": "sabq", "title": "عنوان"} for one in self.articles.get(id_, [])]
        if kinds and self.looks > self.behind:
            is_down = kinds[-1] == "articles"
            return {"taken_down": is_down, "at": NOW, "articles": [] if is_down else articles}
        return {"taken_down": id_ in self.down, "at": self.down.get(id_), "articles": articles}


@pytest.fixture
def chain() -> Iterator[Chain]:
    running = Chain()
    with serving(running.server):
        yield running


def isnad(chain: Chain, *arguments: str, answer: str = "") -> Result:
    command, *others = arguments
    return CliRunner().invoke(cli, [command, "--api", chain.url, *others], input=answer)


def test_it_shows_what_goes_asks_and_waits_until_it_is_gone(chain: Chain) -> None:
    chain.behind = 2
    result = isnad(chain, "delete", "a", "page", "a", "--reason", "a court's order", answer="y\n")
    assert result.exit_code == 0, result.output
    assert chain.orders == [("articles", "a", "a court's order"), ("articles", "page", "a court's order")]
    assert all(shown in result.output for shown in ("page#2", "sabq: عنوان", "3 articles", "2 ids taken down"))


def test_who_does_not_say_yes_takes_nothing_down(chain: Chain) -> None:
    result = isnad(chain, "delete", "a", answer="n\n")
    assert (result.exit_code, chain.orders) == (1, [])


def test_a_dry_run_only_shows(chain: Chain) -> None:
    result = isnad(chain, "delete", "page", "--dry-run")
    assert (result.exit_code, chain.orders) == (0, [])
    assert "2 articles would go" in result.output


def test_what_nobody_has_is_kept_out_too_without_a_question_or_a_wait(chain: Chain) -> None:
    chain.behind = 10**6
    result = isnad(chain, "delete", "a/b#1", "--yes", "--no-wait")
    assert (result.exit_code, chain.orders) == (0, [("articles", "a/b#1", "")])


def test_while_searching_is_away_it_goes_on_waiting(chain: Chain) -> None:
    chain.away_at_look = 1
    assert isnad(chain, "delete", "a", "--yes").exit_code == 0


def test_a_chain_that_takes_too_long_is_said_to(chain: Chain) -> None:
    chain.behind = 10**6
    result = isnad(chain, "delete", "a", "--yes", "--timeout", "0")
    assert isinstance(result.exception, SearchUnavailable)
    assert "isnad status" in str(result.exception)


def test_a_takedown_whose_time_has_no_zone_is_of_that_time_in_utc(chain: Chain) -> None:
    """Somebody else sent it; what is asked for now is done as soon as something as new stands there."""
    chain.behind = 10**6
    chain.down["a"] = EARLIER.removesuffix("Z")
    assert isinstance(isnad(chain, "restore", "a", "--timeout", "0").exception, SearchUnavailable)
    chain.down["a"] = NOW.removesuffix("Z")
    assert isnad(chain, "restore", "a", "--timeout", "0").exit_code == 0


@pytest.mark.parametrize("command", [("delete", "--yes"), ("delete", "--undo"), ("restore",)])
@pytest.mark.parametrize("wrong", [("a", ""), ("a", " b"), ("a", "b\tc"), ("a", "--reason", "so\nand so")])
def test_what_the_chain_would_refuse_is_not_sent_nor_anything_beside_it(
    chain: Chain, command: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    result = isnad(chain, *command, *wrong)
    assert isinstance(result.exception, RequestError)
    assert (chain.orders, chain.looks) == ([], 0)


@pytest.mark.parametrize("command", [("restore",), ("delete", "--undo")])
def test_a_takedown_is_taken_back(chain: Chain, command: tuple[str, ...]) -> None:
    chain.down["a"] = EARLIER
    result = isnad(chain, *command, "a", "b")
    assert result.exit_code == 0, result.output
    assert [order[:2] for order in chain.orders] == [("takedowns", "a"), ("takedowns", "b")]
    assert "b is not taken down" in result.output
    assert "1 takedown taken back" in result.output


@pytest.mark.parametrize("command", [("restore",), ("delete", "--undo")])
def test_what_is_not_taken_down_is_sent_for_and_not_waited_for(chain: Chain, command: tuple[str, ...]) -> None:
    """A takedown of it may be on its way. Of a part that left its page, what stands never becomes as new as this."""
    chain.behind = 10**6
    result = isnad(chain, *command, "page#3", "--timeout", "0")
    assert result.exit_code == 0, result.output
    assert [order[:2] for order in chain.orders] == [("takedowns", "page#3")]
    assert "page#3 is not taken down. If a takedown of it is still on its way" in result.output
    assert "taken back. The articles" not in result.output


def test_of_several_only_those_that_were_down_are_waited_for(chain: Chain) -> None:
    chain.behind, chain.down["a"] = 10**6, EARLIER
    result = isnad(chain, "restore", "a", "page#3", "--timeout", "0")
    assert isinstance(result.exception, SearchUnavailable)
    assert "1 id of 1 still waits" in str(result.exception)


def test_what_is_not_isnads_api_is_said_to_be_none(chain: Chain) -> None:
    chain.standing = lambda _: {"hello": "world"}  # type: ignore[method-assign]
    result = isnad(chain, "delete", "a")
    assert isinstance(result.exception, IsnadError)
    assert isinstance(result.exception, SetupError)
