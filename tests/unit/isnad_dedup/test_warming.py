"""Where no machine code is kept yet, all of it is made before the first batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from pathlib import Path

from numba.core import event
from tests.unit.isnad_dedup.made_log import made_log
from tests.unit.isnad_dedup.articles import prepared, record

from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.warming import warm_up

folder = Path(sys.argv[1])
for name in ("warm", "work"):
    (folder / name).mkdir()
with event.install_recorder("numba:compile") as before:
    warm_up(folder / "warm")
with event.install_recorder("numba:compile") as after:
    ledger = Ledger(Topics(), Window(days=3, articles=60), folder=folder / "work")
    ledger.answer([record(n, arrived.value, days=n / 20) for n, arrived in enumerate(made_log(400, seed=1))])
    # Long enough for the index to make room for it.
    ledger.answer([record(400, prepared("long", " ".join(f"w{n}" for n in range(20_000))), days=20)])
    ledger.close()
print(len(before.buffer), *{started.data["dispatcher"].py_func.__name__ for _, started in after.buffer})
"""


@pytest.mark.long
def test_nothing_is_compiled_amid_the_work(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "compiled")}  # noqa: TID251
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    number, *late = done.stdout.split()
    assert int(number) > 20
    assert late == []
