"""The house keeps its order: small files, each about one thing and saying it, no drawer for odds and ends."""

import ast
from pathlib import Path

import pytest

FILES = sorted(file for shelf in ("libs", "services") for file in Path(shelf).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_file_says_what_it_is_about_and_stays_small(file: Path) -> None:
    text = file.read_text()
    assert ast.get_docstring(ast.parse(text)), "the first line says what the file is about"
    assert text.count("\n") <= 500, "a file past 500 lines wants to be two"
    assert file.stem not in {"utils", "util", "helpers", "common", "misc"}


@pytest.mark.parametrize("name", ["libs", "services"])
def test_the_shelves_are_no_packages(name: str) -> None:
    assert not (Path(name) / "__init__.py").exists()


def test_every_command_is_listed_with_help_and_example() -> None:
    from click.testing import CliRunner

    from isnad_cli.__main__ import COMMANDS, cli

    for name in COMMANDS:
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert shown.exit_code == 0, (name, shown.output)
        assert f"isnad {name}" in shown.output.split("Usage:")[1].split("\n", 1)[1], (
            f"`isnad {name} --help` shows no example"
        )
