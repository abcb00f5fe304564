"""`isnad topics`: creates the topics and checks them, by `isnad.topics`."""

import asyncio
from collections.abc import Callable
from typing import Any

import click

from isnad.errors import SetupError
from isnad.kafka import Admin
from isnad.kafka_access import KafkaAccess
from isnad.options import home_option, kafka_option, topic_prefix_option
from isnad.topics import (
    PARTITIONS_VARIABLE,
    RAW_PARTITIONS,
    TopicFault,
    Topics,
    TopicSpec,
    partitions_in_words,
    remedy,
)

_SECONDS = 20.0


def _shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    partitions = click.option(
        "--partitions",
        envvar=PARTITIONS_VARIABLE,
        show_envvar=True,
        type=click.IntRange(1, 1000),
        default=RAW_PARTITIONS,
        show_default=True,
        help="Partitions of the topics that scale: so many workers of a stage can share the work. "
        "Tell the services the same number.",
    )
    return home_option(kafka_option(topic_prefix_option(partitions(command))))


@click.group(epilog="Example: isnad topics check")
def topics() -> None:
    """Create or check the topics in Kafka.

    The services never create a topic themselves: they check at the start, and refuse with what is wrong.
    """


@topics.command(
    epilog="Example: isnad topics create --kafka kafka-1:9092 --partitions 8; then start every service, the API too, "
    "with ISNAD_PARTITIONS=8."
)
@click.option(
    "--replication",
    type=click.IntRange(1),
    show_default="3, or the number of brokers if there are fewer",
    help="Copies of each partition.",
)
@_shared_options
def create(*, replication: int | None, partitions: int, topic_prefix: str, kafka: KafkaAccess, home: object) -> None:  # noqa: ARG001
    """Create the topics that are missing, and correct the others.

    Partitions are added, and settings corrected without which services refuse to start. What is the operator's to
    choose stays as it was set, such as how long messages are kept. Nothing is deleted; it can be repeated at any time.
    """
    specs = Topics(topic_prefix).specs(partitions)
    admin = Admin(kafka, timeout_seconds=_SECONDS)
    for sentence in asyncio.run(admin.create(specs, replication)):
        click.echo(sentence)
    _report(kafka, specs, asyncio.run(admin.check(specs)), _beyond_mending)
    if partitions != RAW_PARTITIONS:
        click.echo(f"Start every service, the API too, with {PARTITIONS_VARIABLE}={partitions}.")


@topics.command(epilog="Example: isnad topics check --kafka kafka-1:9092")
@_shared_options
def check(*, partitions: int, topic_prefix: str, kafka: KafkaAccess, home: object) -> None:  # noqa: ARG001  read by --kafka
    """Say whether the topics are as they must be; exit status 1 if a service would refuse to start.

    Settings that are the operator's to choose, such as how long messages are kept, are shown where they differ.
    """
    specs = Topics(topic_prefix).specs(partitions)
    faults = asyncio.run(Admin(kafka, timeout_seconds=_SECONDS).check(specs))
    _report(kafka, specs, faults, remedy)


def _report(
    kafka: KafkaAccess,
    specs: tuple[TopicSpec, ...],
    faults: list[TopicFault],
    remedy: Callable[[list[TopicFault]], str],
) -> None:
    for spec in specs:
        wrong = [fault for fault in faults if fault.topic == spec.name]
        if not any(fault.refused for fault in wrong):
            click.echo(f"right  {spec.name}: {partitions_in_words(spec.partitions)}")
        for fault in wrong:
            click.echo(f"{'WRONG' if fault.refused else 'note '}  {fault.text}")
    refused = [fault for fault in faults if fault.refused]
    if refused:
        raise SetupError(f"{len(refused)} of the topics in Kafka at {kafka} are not as they must be. {remedy(refused)}")


def _beyond_mending(faults: list[TopicFault]) -> str:
    names = ", ".join(sorted({fault.topic for fault in faults}))
    there = [fault.could_be_told for fault in faults if fault.could_be_told is not None]
    if not there:
        return f"isnad can't mend {names}: delete it with its messages and run this again."
    return (
        f"Kafka can't take partitions away from {names}: say how many there are with --partitions {max(there)}, and "
        f"start every service, the API too, with {PARTITIONS_VARIABLE}={max(there)}; or delete the topic with its "
        "messages and run this again."
    )
