"""The alerts and panels, evaluated by Prometheus itself on what a stage shows of itself."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from isnad.metrics import StageMetrics
from isnad.topics import Topics

pytestmark = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: apt-get install prometheus)"
)

ALERTS = Path("deploy/prometheus/alerts.yml").resolve()
STAGE = "index"
INPUTS = ("articles.enriched", "stories.changes")
SCRAPED = {"job": "isnad", "instance": "index:9100"}
"""What Prometheus adds."""

Counting = Callable[[StageMetrics], None]


def scraped(after: Counting, *, at: int) -> list[dict[str, str]]:
    """Return the series of a stage that is asked each minute for two hours; from minute `at` on so much is counted."""
    registry = CollectorRegistry()
    metrics = StageMetrics.on(registry)
    metrics.begin(STAGE, INPUTS)
    before = samples(registry)
    after(metrics)

    def earlier(name: str) -> str:
        return f"{before.get(name, '_')}x{at - 1} " if at else ""

    return [{"series": name, "values": f"{earlier(name)}{value}x120"} for name, value in samples(registry).items()]


def samples(registry: CollectorRegistry) -> dict[str, float]:
    return {
        series(sample.name, sample.labels | SCRAPED): sample.value
        for family in registry.collect()
        if family.type == "counter"
        for sample in family.samples
        if sample.name.endswith("_total")
    }


def series(name: str, labels: dict[str, str]) -> str:
    return name + "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}"


def started(minute: int) -> dict[str, str]:
    """The start of the process that is asked."""
    return {"series": series("process_start_time_seconds", SCRAPED), "values": f"{60 * minute}x240"}


def promtool(folder: Path, test: dict[str, Any]) -> None:
    file = folder / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "tests": [{"interval": "1m", **test}]}))
    done = subprocess.run(["promtool", "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def fires(folder: Path, alert: str, input_: list[dict[str, str]], minutes: dict[int, list[dict[str, str]]]) -> None:
    """Hold that an alert fires with these labels, and no others, at each of these minutes."""
    every = {"alertname": alert, "alertstate": "firing"}
    expected = [
        {
            "expr": series("ALERTS", {"alertname": alert}),
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": series("ALERTS", one | every), "value": 1} for one in said],
        }
        for minute, said in minutes.items()
    ]
    promtool(folder, {"input_series": input_, "promql_expr_test": expected})


def dead(number: int) -> Counting:
    return lambda metrics: metrics.dead_letters.labels(STAGE, "too_deep").inc(number)


def waited(number: int) -> Counting:
    return lambda metrics: metrics.waits.labels(STAGE, "disk").inc(number)


def reset(metrics: StageMetrics) -> None:
    metrics.offset_resets.labels(STAGE, INPUTS[0]).inc()


TOO_DEEP = {"stage": STAGE, "reason": "too_deep"}
DISK = {"stage": STAGE, "dependency": "disk"}
ENRICHED = {"stage": STAGE, "topic": INPUTS[0], **SCRAPED}


@pytest.mark.parametrize(
    ("alert", "counted", "said", "minutes"),
    [
        ("IsnadDeadLetters", dead(40), [TOO_DEEP], 15),
        ("IsnadDeadLetters", dead(5), [], 15),
        ("IsnadWaitsAgainAndAgain", waited(12), [DISK], 60),
        ("IsnadWaitsAgainAndAgain", waited(5), [], 60),
        ("IsnadArticlesTakenByRetention", reset, [ENRICHED], 60),
    ],
)
def test_what_is_counted_for_the_first_time_is_told(
    alert: str, counted: Counting, said: list[dict[str, str]], minutes: int, tmp_path: Path
) -> None:
    """All of it between two looks at the stage, hours after its start; and not for ever."""
    asked = [started(minute=-1000), *scraped(counted, at=30)]
    fires(tmp_path, alert, asked, {29: [], 32: said, 29 + minutes - 1: said, 31 + minutes: []})


@pytest.mark.parametrize(
    ("alert", "counted", "said", "minutes"),
    [
        ("IsnadDeadLetters", dead(40), TOO_DEEP, 15),
        ("IsnadArticlesTakenByRetention", reset, ENRICHED, 60),
    ],
)
def test_what_is_counted_before_the_first_look_is_told(
    alert: str, counted: Counting, said: dict[str, str], minutes: int, tmp_path: Path
) -> None:
    """A stage meets what waited for it in its first seconds."""
    fires(tmp_path, alert, [started(minute=0), *scraped(counted, at=0)], {2: [said], minutes + 1: []})


def test_a_stage_that_counts_nothing_raises_no_alert(tmp_path: Path) -> None:
    asked = [started(minute=0), *scraped(lambda _: None, at=0)]
    silence = [{"expr": "ALERTS", "eval_time": f"{minute}m", "exp_samples": []} for minute in (1, 20, 90)]
    promtool(tmp_path, {"input_series": asked, "promql_expr_test": silence})


@pytest.mark.parametrize("prefix", ["", "north."])
def test_the_dashboard_counts_articles_and_not_the_changes_of_their_stories(prefix: str, tmp_path: Path) -> None:
    """Each article that is indexed changes a story, which is indexed too; two chains may share one Kafka."""
    panels = json.loads(Path("deploy/grafana/dashboards/isnad.json").read_text())["panels"]
    (panel,) = [one for one in panels if one["title"] == "Articles indexed per second"]
    (target,) = panel["targets"]
    registry, topics = CollectorRegistry(), Topics(prefix)
    records = StageMetrics.on(registry).records
    for topic, outcome in ((topics.enriched, "indexed"), (topics.enriched, "stale"), (topics.changes, "indexed")):
        records.labels(STAGE, topic, outcome)
    # 30 in each 15 seconds are two in each second.
    asked = [{"series": name, "values": "0+30x40"} for name in samples(registry)]
    shown = {"expr": target["expr"], "eval_time": "10m", "exp_samples": [{"labels": "{}", "value": 2}]}
    promtool(tmp_path, {"interval": "15s", "input_series": asked, "promql_expr_test": [shown]})
