"""`isnad bench chain` measures a chain of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.real, pytest.mark.long, pytest.mark.timeout(600)]

PROCESSES = {"kafka", "elasticsearch", "prepare", "dedup", "entities", "index", "api"}


def test_each_process_has_its_share_and_every_article_comes_out(tmp_path: Path):
    corpus = tmp_path / "articles.jsonl"
    lines = [
        {
            "id": f"{number}",
            "source": "s",
            "title": f"خبر {number}",
            "body": f"وصل الوفد رقم {number} إلى دمشق مساء أمس.",
        }
        for number in range(60)
    ]
    corpus.write_text("\n".join(json.dumps(line) for line in [*lines, lines[-1]]))
    options = ["--corpus", str(corpus), "--warm-up", "20", "--profile", "default"]
    done = subprocess.run(
        [sys.executable, "-m", "isnad_cli", "bench", "chain", *options],
        capture_output=True,
        text=True,
        check=True,
    )
    (cost,) = json.loads(done.stdout)["profiles"].values()
    assert (cost["articles"], cost["indexed"], cost["dead"]) == (40, 40, 0)
    used = cost["cpu_milliseconds"]
    assert set(used) == {*PROCESSES, "all"}
    # More than none, and not more than both cores of the smallest machine could do in the time.
    assert all(0 < used[name] < 1000 * 100 * cost["seconds"] for name in PROCESSES)
    assert used["all"] == pytest.approx(sum(used[name] for name in PROCESSES), abs=0.01)
