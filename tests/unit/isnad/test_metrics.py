"""Metrics follow Prometheus' rules for names."""

import re

import pytest
from prometheus_client import CollectorRegistry

from isnad.health import Health
from isnad.messages import Reason
from isnad.metrics import ApiMetrics, DedupMetrics, StageMetrics, WaitMetrics, new_registry
from isnad.settings import StageSettings, load
from isnad.stage import Stage


@pytest.mark.parametrize("group", [StageMetrics, DedupMetrics, ApiMetrics, WaitMetrics])
def test_names_have_the_prefix_base_units_and_total_on_counters_only(group):
    """By https://prometheus.io/docs/practices/naming/."""
    registry = CollectorRegistry()
    group.on(registry)
    families = list(registry.collect())
    assert len(families) == len(group.__dataclass_fields__)
    for family in families:
        assert re.fullmatch(r"isnad_[a-z_]+", family.name)
        assert not re.search(r"(_ms|_millis|_minutes|_kb|_total)$", family.name)
        assert family.documentation.endswith(".")


def test_each_registry_has_its_own():
    """Nothing is registered at import, so two services in one test don't clash."""
    assert StageMetrics.on(new_registry()).records is not StageMetrics.on(new_registry()).records


def test_a_counter_ends_in_total_and_a_lag_has_its_partition():
    """As they are scraped."""
    registry = new_registry()
    metrics = StageMetrics.on(registry)
    metrics.records.labels("dedup", "articles.prepared", "passed").inc(2)
    metrics.lag.labels("dedup", "articles.prepared", "0").set(7)
    labels = {"stage": "dedup", "topic": "articles.prepared"}
    assert registry.get_sample_value("isnad_records_total", {**labels, "outcome": "passed"}) == 2
    assert registry.get_sample_value("isnad_lag_records", {**labels, "partition": "0"}) == 7
    assert registry.get_sample_value("process_start_time_seconds") is not None


def test_counters_with_known_labels_are_there_from_the_start():
    """With 0: of a series that begins with its first count Prometheus sees no increase."""
    registry = CollectorRegistry()

    async def nothing(_):
        return []

    settings = load(StageSettings, {"ISNAD_KAFKA": "127.0.0.1:1"})
    health = Health()
    health.well("start")
    Stage("index", ("articles.enriched", "stories.changes"), nothing, settings, health=health, metrics=registry)
    DedupMetrics.on(registry)
    ApiMetrics.on(registry)
    expected = {
        "isnad_offset_resets_total": ("topic", {"articles.enriched", "stories.changes"}),
        "isnad_dead_letters_total": ("reason", {reason.value for reason in Reason}),
        "isnad_waits_total": ("dependency", {"start", "log", "kafka", "elasticsearch", "disk", "poison"}),
        "isnad_waiting": ("dependency", {"start", "log", "kafka", "elasticsearch", "disk", "poison"}),
        "isnad_dedup_snapshots_total": ("outcome", {"written", "failed", "dropped"}),
        "isnad_pushed_articles_total": ("outcome", {"accepted", "refused"}),
    }
    samples = [sample for family in registry.collect() for sample in family.samples]
    for name, (label, values) in expected.items():
        found = [sample for sample in samples if sample.name == name]
        assert {sample.labels[label] for sample in found} == values
        assert all(sample.value == 0 for sample in found)


def test_a_stage_that_starts_waits_for_its_start_and_for_what_that_needs():
    """Whoever tells /readyz of it: each wait counts once, and there is one start in the life of a process."""
    registry, health = CollectorRegistry(), Health()

    async def nothing(_):
        return []

    settings = load(StageSettings, {"ISNAD_KAFKA": "127.0.0.1:1"})
    Stage("index", ("articles.enriched",), nothing, settings, health=health, metrics=registry)

    def shown(dependency):
        labels = {"stage": "index", "dependency": dependency}
        return [registry.get_sample_value(name, labels) for name in ("isnad_waiting", "isnad_waits_total")]

    assert (shown("start"), shown("kafka")) == ([1, 1], [0, 0])
    health.waiting("kafka", "no answer")
    health.waiting("kafka", "no leader")
    assert (shown("start"), shown("kafka")) == ([1, 1], [1, 1])
    health.well("kafka")
    health.well("start")
    assert (shown("start"), shown("kafka")) == ([0, 1], [0, 1])
    health.waiting("a new one", "not known at the start")
    assert shown("a new one") == [1, 1]
