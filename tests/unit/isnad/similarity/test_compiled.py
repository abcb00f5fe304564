"""Compiled functions are kept from one process to the next, work where nothing can be kept, and are never outdated."""

import ast
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import isnad
import isnad_entities

MODULE = """
from isnad.similarity.compiled import compiled

@compiled
def doubled(number):
    return number * 2
"""

PROGRAM = """
from numbers_of_ours import doubled
assert doubled(21) == 42
print(doubled.stats.cache_path, sum(doubled.stats.cache_hits.values()), sum(doubled.stats.cache_misses.values()))
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "numbers_of_ours.py").write_text(MODULE)
    return folder


def start(code: Path, user_cache: Path) -> tuple[str, int, int]:
    """Run the program in a process of its own: where its machine code is kept, how much was there, how much was not."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env={"PYTHONPATH": str(code), "XDG_CACHE_HOME": str(user_cache)},
        cwd=code.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    folder, kept, anew = done.stdout.split()
    return folder, int(kept), int(anew)


def test_a_function_is_compiled_once_and_kept_beside_its_source(code: Path, tmp_path: Path):
    assert start(code, tmp_path / "user") == (str(code / "__pycache__"), 0, 1)
    assert start(code, tmp_path / "user") == (str(code / "__pycache__"), 1, 0)


@pytest.mark.parametrize("kept", ["names a class that is gone", "is damaged"])
def test_what_an_earlier_version_kept_and_nobody_can_read_is_compiled_again(code: Path, tmp_path: Path, kept: str):
    start(code, tmp_path / "user")
    (index,) = (code / "__pycache__").glob("*.nbi")
    with index.open("rb") as file:
        version = pickle.load(file)  # what follows is read where this is numba's own
    index.write_bytes(pickle.dumps(version) + (b"cisnad.similarity\nGone\n." if "gone" in kept else b""))
    assert start(code, tmp_path / "user") == (str(code / "__pycache__"), 0, 1)
    assert start(code, tmp_path / "user") == (str(code / "__pycache__"), 1, 0)


def test_where_the_source_folder_cannot_be_written_it_is_kept_for_the_user(code: Path, tmp_path: Path):
    (code / "__pycache__").touch()  # a file of that name stops even root
    folder, kept, anew = start(code, tmp_path / "user")
    assert Path(folder).is_relative_to(tmp_path / "user")
    assert (kept, anew) == (0, 1)
    assert start(code, tmp_path / "user") == (folder, 1, 0)


def test_where_nothing_can_be_written_it_works_as_well(code: Path, tmp_path: Path):
    (code / "__pycache__").touch()
    (tmp_path / "user").touch()
    assert start(code, tmp_path / "user") == ("None", 0, 1)


def compiled_functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(decorator, ast.Name) and decorator.id == "compiled" for decorator in node.decorator_list
        ):
            yield node


def borrowed(module: ast.Module) -> list[str]:
    """The names from other files of ours that compiled functions of this one use: they would go out of date unseen."""
    ours = {
        alias.asname or alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0].startswith("isnad")
        for alias in node.names
    }
    return [
        f"{function.name} uses {name.id}"
        for function in compiled_functions(module)
        for statement in function.body
        for name in ast.walk(statement)
        if isinstance(name, ast.Name) and name.id in ours
    ]


def test_a_borrowed_name_is_noticed():
    written = "from isnad.a import f, g\n@compiled\ndef h(x: g):\n    return f(x)\n"
    assert borrowed(ast.parse(written)) == ["h uses f"]


def test_compiled_functions_use_nothing_of_other_files():
    folders = [Path(file).parent for package in (isnad, isnad_entities) if (file := package.__file__)]
    modules = {path: ast.parse(path.read_text("utf-8")) for folder in folders for path in folder.rglob("*.py")}
    assert sum(len(list(compiled_functions(module))) for module in modules.values()) >= 16
    assert {path.name: names for path, module in modules.items() if (names := borrowed(module))} == {}
