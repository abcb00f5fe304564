"""Secrets: where they are read from, and that nothing but `reveal` gives them away."""

import pytest

from isnad.errors import SetupError
from isnad.secret import Secret, from_environment


def test_a_secret_is_shown_to_nobody():
    """Printed, formatted, in a list, or as an attribute's value."""
    secret = Secret("open sesame")
    assert "sesame" not in f"{secret} {secret!s} {secret!r} {[secret]} {secret:}"
    assert secret.reveal() == "open sesame"


def test_an_empty_secret_is_none():
    assert not Secret()
    assert Secret("x")
    assert Secret("x") == Secret("x") != Secret("y")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_it_comes_from_the_file_that_the_variable_names(tmp_path, end):
    """Without the line end that editors leave, with all else that is in it."""
    file = tmp_path / "secret"
    file.write_bytes(f" öpen sesame {end}".encode())
    assert from_environment("X", {"X_FILE": str(file)}) == Secret(" öpen sesame ")


def test_a_variable_that_is_empty_or_missing_is_no_secret():
    assert from_environment("X", {}) is None
    assert from_environment("X", {"X": "", "X_FILE": ""}) is None
    assert from_environment("X", {"X": "open sesame\n"}) == Secret("open sesame")


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"open sesame\nand more\n", "must hold one line"),
        (b"open sesame\x00", "must hold one line"),
        (b"\n", "must hold one line"),
        (b"open sesame \xff", "is not text in UTF-8"),
        (b"open sesame " * 10_000, "must hold one line"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, held, said):
    """The file and its variable are named; what is in it is not told, also not by the causes of the error."""
    file = tmp_path / "secret"
    file.write_bytes(held)
    with pytest.raises(SetupError, match=said) as refused:
        from_environment("X", {"X_FILE": str(file)})
    assert "X_FILE" in str(refused.value)
    assert str(file) in str(refused.value)
    seen: BaseException | None = refused.value
    while seen is not None:
        assert "sesame" not in repr(seen)
        seen = seen.__cause__


@pytest.mark.parametrize("name", ["missing", ".", "\0"])
def test_a_file_that_can_t_be_read_is_told(tmp_path, name):
    with pytest.raises(SetupError, match=r"X_FILE.* can't be read .*Correct the path"):
        from_environment("X", {"X_FILE": f"{tmp_path}/{name}"})


def test_two_places_for_one_secret_are_refused(tmp_path):
    """Nobody could say which counts."""
    with pytest.raises(SetupError, match="X and X_FILE are both set") as refused:
        from_environment("X", {"X": "open sesame", "X_FILE": str(tmp_path)})
    assert "sesame" not in str(refused.value)
