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

from isnad.health import Health
from isnad.metrics import StageMetrics, WaitMetrics
from isnad.topics import Topics

pytestmark = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed (Debian: apt-get install prometheus)"
)

ALERTS = Path("deploy/prometheus/alerts.yml").resolve()
STAGE = "index"
SERVICES = ("prepare", "dedup", "entities", "index", "api")
INPUTS = ("articles.enriched", "stories.changes")
SCRAPED = {"job": "isnad", "instance": "index:9100"}
"""What Prometheus adds."""

Counting = Callable[[StageMetrics, Health], None]


def scraped(after: Counting, *, at: int, instance: str = SCRAPED["instance"]) -> list[dict[str, str]]:
    """Return the series of a stage that is asked each minute for two hours; from minute `at` on so much is counted."""
    registry = CollectorRegistry()
    metrics = StageMetrics.on(registry)
    metrics.begin(STAGE, INPUTS)
    health = Health()
    health.well("start")
    WaitMetrics.on(registry).follow(health, STAGE)
    before = samples(registry, instance)
    after(metrics, health)

    def earlier(name: str) -> str:
        return f"{before.get(name, '_')}x{at - 1} " if at else ""

    return [
        {"series": name, "values": f"{earlier(name)}{value}x120"} for name, value in samples(registry, instance).items()
    ]


def samples(registry: CollectorRegistry, instance: str = SCRAPED["instance"]) -> dict[str, float]:
    return {
        series(sample.name, sample.labels | SCRAPED | {"instance": instance}): sample.value
        for family in registry.collect()
        for sample in family.samples
        if (family.type == "counter" and sample.name.endswith("_total")) or sample.name == "isnad_waiting"
    }


def series(name: str, labels: dict[str, str]) -> str:
    return name + "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}"


def started(minute: int) -> dict[str, str]:
    """The start of the process that is asked."""
    return {"series": series("process_start_time_seconds", SCRAPED), "values": f"{60 * minute}x240"}


def answering(service: str, values: str, number: int = 1) -> dict[str, str]:
    """Whether a worker answers, each minute; `_` where its address is gone."""
    labels = {"job": "isnad", "service": service, "instance": f"10.0.0.{number}:9100"}
    return {"series": series("up", labels), "values": values}


def all_but(service: str | None = None) -> list[dict[str, str]]:
    return [answering(one, "1x120") for one in SERVICES if one != service]


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
            "expr": series("ALERTS", every),
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": series("ALERTS", one | every), "value": 1} for one in said],
        }
        for minute, said in minutes.items()
    ]
    promtool(folder, {"input_series": input_, "promql_expr_test": expected})


def dead(number: int) -> Counting:
    return lambda metrics, _: metrics.dead_letters.labels(STAGE, "too_deep").inc(number)


def waited(number: int) -> Counting:
    def wait(_: StageMetrics, health: Health) -> None:
        for _time in range(number):
            health.waiting("disk", "full")
            health.well("disk")

    return wait


def waits_for(*dependencies: str) -> Counting:
    def wait(_: StageMetrics, health: Health) -> None:
        for dependency in dependencies:
            health.waiting(dependency, "away")

    return wait


def reset(metrics: StageMetrics, _: Health) -> None:
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
    asked = [started(minute=0), *scraped(lambda *_: None, at=0), *all_but()]
    silence = [{"expr": "ALERTS", "eval_time": f"{minute}m", "exp_samples": []} for minute in (1, 20, 90)]
    promtool(tmp_path, {"input_series": asked, "promql_expr_test": silence})


@pytest.mark.parametrize("dependency", ["kafka", "elasticsearch", "disk", "start", "log"])
def test_a_stage_that_waits_for_five_minutes_is_told_whatever_it_waits_for(dependency: str, tmp_path: Path) -> None:
    asked = scraped(waits_for(dependency), at=30)
    said = [{"stage": STAGE, "dependency": dependency}]
    fires(tmp_path, "IsnadStageWaiting", asked, {29: [], 34: [], 36: said, 120: said})


@pytest.mark.parametrize(
    ("dependency", "said"), [("kafka", [{"stage": STAGE, "dependency": "kafka"}]), ("start", []), ("log", [])]
)
def test_a_worker_may_take_its_time_to_start_where_another_works(
    dependency: str, said: list[dict[str, str]], tmp_path: Path
) -> None:
    """A new worker of dedup reads the log for minutes, and nothing stands still."""
    well = scraped(lambda *_: None, at=0)
    other = scraped(waits_for(dependency), at=30, instance="another:9100")
    fires(tmp_path, "IsnadStageWaiting", [*well, *other], {29: [], 40: said})


def test_too_much_poison_has_an_alert_of_its_own(tmp_path: Path) -> None:
    asked = scraped(waits_for("poison"), at=30)
    fires(tmp_path, "IsnadTooMuchPoison", asked, {29: [], 31: [{"stage": STAGE}]})
    fires(tmp_path, "IsnadStageWaiting", asked, {40: []})


def test_the_dashboard_counts_services_that_wait_and_shows_nothing_where_nobody_is_asked(tmp_path: Path) -> None:
    """0 would say that all is well; a service that waits for two things is one."""
    expr = shown_by("Services that wait")
    asked = scraped(waits_for("kafka", "elasticsearch"), at=30)
    shown = [
        {"expr": expr, "eval_time": "29m", "exp_samples": [{"labels": "{}", "value": 0}]},
        {"expr": expr, "eval_time": "31m", "exp_samples": [{"labels": "{}", "value": 1}]},
    ]
    promtool(tmp_path, {"input_series": asked, "promql_expr_test": shown})
    promtool(
        tmp_path, {"input_series": [], "promql_expr_test": [{"expr": expr, "eval_time": "31m", "exp_samples": []}]}
    )


def shown_by(title: str) -> str:
    """The expression of a panel."""
    panels = json.loads(Path("deploy/grafana/dashboards/isnad.json").read_text())["panels"]
    (panel,) = [one for one in panels if one["title"] == title]
    (target,) = panel["targets"]
    return str(target["expr"])


@pytest.mark.parametrize("prefix", ["", "north."])
def test_the_dashboard_counts_articles_and_not_the_changes_of_their_stories(prefix: str, tmp_path: Path) -> None:
    """Each article that is indexed changes a story, which is indexed too; two chains may share one Kafka."""
    registry, topics = CollectorRegistry(), Topics(prefix)
    records = StageMetrics.on(registry).records
    for topic, outcome in ((topics.enriched, "indexed"), (topics.enriched, "stale"), (topics.changes, "indexed")):
        records.labels(STAGE, topic, outcome)
    # 30 in each 15 seconds are two in each second.
    asked = [{"series": name, "values": "0+30x40"} for name in samples(registry)]
    shown = {
        "expr": shown_by("Articles indexed per second"),
        "eval_time": "10m",
        "exp_samples": [{"labels": "{}", "value": 2}],
    }
    promtool(tmp_path, {"interval": "15s", "input_series": asked, "promql_expr_test": [shown]})


@pytest.mark.parametrize(
    ("values", "said"),
    [("1x9 0x50", {"instance": "10.0.0.1:9100"}), ("1x9 _x50", {})],
    ids=["it does not answer", "it has no address any more"],
)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_of_which_nobody_answers_is_told(
    service: str, values: str, said: dict[str, str], tmp_path: Path
) -> None:
    asked = [answering(service, values), *all_but(service)]
    down = {"job": "isnad", "service": service, **said}
    fires(tmp_path, "IsnadServiceDown", asked, {9: [], 30: [down], 50: [down]})


@pytest.mark.parametrize("values", ["1x9 0x50", "1x9 _x50"])
def test_one_of_three_workers_that_ends_is_told(values: str, tmp_path: Path) -> None:
    """And not for ever: who took it away on purpose has half an hour of it."""
    workers = [answering("prepare", "1x60", 1), answering("prepare", values, 2), answering("prepare", "1x60", 3)]
    gone = {"job": "isnad", "service": "prepare"}
    fires(tmp_path, "IsnadWorkersGone", [*workers, *all_but("prepare")], {9: [], 20: [gone], 50: []})
