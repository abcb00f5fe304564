"""The key that commands send, and what they say of the API's refusals."""

import json

import pytest
from click.testing import CliRunner

from isnad.errors import RequestError, SearchUnavailable, SetupError
from isnad_cli import asking
from isnad_cli.__main__ import cli

KEY = "isnad_0000abcd_" + "x" * 43


def ask(api):
    return asking.get(api.url, "/v1/search", [("q", "a")], {})


def test_what_is_asked_arrives_as_it_was_given(api):
    asking.get(api.url, "/v1/search", [("q", "نص & b=c+d/e"), ("source", "")], {})
    assert (api.path, api.asked) == ("/v1/search", [("q", "نص & b=c+d/e"), ("source", "")])


@pytest.mark.parametrize(
    "command",
    [
        ("search", "a\udcff"),
        ("explain", "a\udcff", "b"),
        ("delete", "a\udcff"),
        ("delete", "--yes", "--no-wait", "a", "--reason", "a\udcff"),
    ],
)
def test_bytes_that_are_no_text_are_a_mistake_in_the_call(api, command):
    """The shell passes on what was typed in another encoding, and Python marks such bytes."""
    name, *arguments = command
    api.body = b'{"taken_down": false, "articles": []}'
    result = CliRunner().invoke(cli, [name, "--api", api.url, *arguments])
    assert isinstance(result.exception, RequestError)
    assert r"'a\\udcff' is not UTF-8" in str(result.exception)


@pytest.mark.parametrize("by", ["variable", "file"])
def test_the_key_of_the_environment_is_sent(api, monkeypatch, tmp_path, by):
    (tmp_path / "key").write_text(KEY + "\n")
    if by == "variable":
        monkeypatch.setenv("ISNAD_API_KEY", KEY)
    else:
        monkeypatch.setenv("ISNAD_API_KEY_FILE", str(tmp_path / "key"))
    ask(api)
    assert api.headers["authorization"] == f"Bearer {KEY}"


def test_without_a_key_none_is_sent(api, monkeypatch):
    monkeypatch.delenv("ISNAD_API_KEY", raising=False)
    ask(api)
    assert "authorization" not in api.headers


@pytest.mark.parametrize("wrong", ["two words", "schlüssel"])
def test_what_can_t_be_a_key_is_not_sent_and_not_repeated(api, monkeypatch, wrong):
    monkeypatch.setenv("ISNAD_API_KEY", wrong)
    with pytest.raises(SetupError, match="isnad keys create") as told:
        ask(api)
    assert wrong not in str(told.value)


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (401, SetupError, "ISNAD_API_KEY"),
        (403, SetupError, "lacks the scope"),
        (429, SearchUnavailable, "lacks the scope"),
        (408, SearchUnavailable, "lacks the scope"),
        (503, SearchUnavailable, "lacks the scope"),
        (400, RequestError, "lacks the scope"),
    ],
)
def test_who_can_mend_a_refusal_is_told_how(api, monkeypatch, status, error, said):
    monkeypatch.setenv("ISNAD_API_KEY", KEY)
    api.status = status
    api.body = json.dumps({"detail": "This key lacks the scope read."}).encode()
    with pytest.raises(error, match=said) as told:
        ask(api)
    assert KEY not in str(told.value)


def test_a_takedown_is_asked_for_with_the_key_too(api, monkeypatch):
    monkeypatch.setenv("ISNAD_API_KEY", KEY)
    asking.delete(api.url, "/v1/articles/a%231", [])
    assert (api.method, api.path, api.headers["authorization"]) == ("DELETE", "/v1/articles/a%231", f"Bearer {KEY}")


def test_who_has_no_key_is_told_which_scope_is_needed(api, monkeypatch):
    """Taking down needs more than searching."""
    monkeypatch.delenv("ISNAD_API_KEY", raising=False)
    api.status = 401
    api.body = b'{"detail": ""}'
    with pytest.raises(SetupError, match=r"--scope read$"):
        ask(api)
    with pytest.raises(SetupError, match=r"--scope admin$"):
        asking.delete(api.url, "/v1/articles/1", [])
