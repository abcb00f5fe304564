"""`isnad demo` as a newcomer calls it, in a home of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

COUNTS = {"files": 5, "articles": 8, "stories": 7, "indexed": 8, "dead": 0}


@pytest.fixture
def home() -> Iterator[Path]:
    """A fresh home that the servers' own user can enter."""
    folder = Path(tempfile.mkdtemp(prefix="isnad-demo-"))
    folder.chmod(0o755)
    yield folder
    left = processes_of(folder)
    for process in left:
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def processes_of(home: Path) -> list[psutil.Process]:
    """Everything that was started with this home, by the name of the home in its command or its folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(str(home) in part for part in [process.cwd(), *process.cmdline()]):
                found.append(process)
        except psutil.Error:
            continue
    return found


def isnad(home: Path, packages: Path, *arguments: str) -> list[str]:
    place = ["--home", str(home), *(["--packages", str(packages)] if arguments[0] == "demo" else [])]
    return [sys.executable, "-m", "isnad_cli", *arguments, *place]


def counts(line: str) -> dict[str, Any]:
    told = json.loads(line)
    return {name: told[name] for name in COUNTS}


def last_line(stream: IO[str]) -> str:
    """The first line that is JSON; the demo prints nothing after it while it stays up."""
    return next((line for line in stream if line.startswith("{")), "")


def test_the_demo_gives_the_same_numbers_again_and_leaves_nothing_running(
    home: Path, local_packages: Any, tmp_path: Path
) -> None:
    """Eight articles in seven stories; again on the same stack, after other things were fed; Ctrl-C ends it all."""
    packages = local_packages.elasticsearch_home.parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISNAD_")}  # noqa: TID251
    with (tmp_path / "said").open("w+") as said, subprocess.Popen(
        isnad(home, packages, "demo", "--json"), stdout=subprocess.PIPE, stderr=said, text=True, env=environment
    ) as staying:  # fmt: skip
        assert staying.stdout is not None
        line = last_line(staying.stdout)
        assert line, (tmp_path / "said").read_text()
        assert counts(line) == COUNTS

        other = tmp_path / "other.jsonl"
        other.write_text('{"source":"o","id":"o:1","body":"خبر آخر لا صلة له بغيره من الأخبار"}\n{"source":"o"}\n')
        fed = subprocess.run(isnad(home, packages, "feed", str(other)), env=environment, check=False)
        assert fed.returncode == 3
        again = subprocess.run(
            isnad(home, packages, "demo", "--once", "--json"),
            stdout=subprocess.PIPE, text=True, env=environment, check=True,
        )  # fmt: skip
        assert counts(again.stdout.splitlines()[-1]) == COUNTS
        assert staying.poll() is None  # the second used the stack of the first and left it running

        staying.send_signal(signal.SIGINT)
        assert staying.wait(60) == 0
    assert processes_of(home) == []
