"""What is wrong with a topic, and whether a service may start all the same."""

import pytest

from isnad.topics import Topics, corrections, faults, remedy

SPECS = {spec.name: spec for spec in Topics().specs()}


@pytest.mark.parametrize("setting", ["retention.ms", "retention.bytes"])
def test_the_ordered_log_must_be_kept_whole(setting: str) -> None:
    """Dedup's answers are a function of the whole log: a log that loses its beginning changes them at a restart."""
    log = SPECS["articles.prepared"]
    (fault,) = faults(log, 1, {**log.settings, setting: "1000000"})
    assert fault.refused
    assert setting in fault.text


def test_how_long_other_topics_keep_their_messages_is_the_operators_choice() -> None:
    matched = SPECS["articles.matched"]
    (fault,) = faults(matched, 4, {**matched.settings, "retention.ms": "3600000"})
    assert not fault.refused


def test_what_an_operator_chose_is_not_corrected() -> None:
    """A longer retention taken back would delete what he keeps. The stamps are no choice, nor are brokers' defaults."""
    matched = SPECS["articles.matched"]
    chosen = {"retention.ms": "7776000000", "message.timestamp.type": "CreateTime"}
    is_so = {**matched.settings, **chosen, "max.message.bytes": "1048588"}
    assert corrections(matched, is_so, chosen) == {
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": matched.settings["max.message.bytes"],
    }


def test_a_retention_of_the_ordered_log_is_taken_back() -> None:
    log = SPECS["articles.prepared"]
    is_so = {**log.settings, "retention.ms": "1000000"}
    assert corrections(log, is_so, is_so) == {"retention.ms": log.settings["retention.ms"]}


def test_a_service_that_was_not_told_how_many_partitions_there_are_says_how_to_tell_it() -> None:
    """`isnad topics create --partitions 8` makes what services at their defaults refuse, and can't take it back."""
    told = Topics().specs()
    there = {spec.name: spec for spec in Topics().specs(8)}
    refused = [fault for spec in told for fault in faults(spec, there[spec.name].partitions, spec.settings)]
    assert {fault.topic for fault in refused} == {
        "articles.raw",
        "articles.matched",
        "articles.enriched",
        "stories.changes",
    }
    assert remedy(refused).startswith("Start every service, the API too, with ISNAD_PARTITIONS=8; or ")


def test_no_number_makes_up_for_a_second_partition_of_the_ordered_log() -> None:
    log = SPECS["articles.prepared"]
    assert remedy(faults(log, 2, log.settings)) == "Create or correct them: isnad topics create"
