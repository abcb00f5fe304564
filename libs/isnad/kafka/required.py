"""What a service asks of Kafka before it works: its topics, as they must be."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from isnad.errors import SetupError
from isnad.kafka_access import KafkaAccess
from isnad.topics import TopicFault, TopicSpec, remedy

SECOND_LOOK_SECONDS = 1.5


class Checker(Protocol):
    """What looks at topics: `isnad.kafka.Admin`, or the fake one of `isnad.testing.broker`."""

    async def check(self, specs: Sequence[TopicSpec]) -> list[TopicFault]:
        """Return what is not as the specs say."""
        ...


async def require_topics(
    admin: Checker,
    specs: Sequence[TopicSpec],
    kafka: str | KafkaAccess,
    *,
    second_look_seconds: float = SECOND_LOOK_SECONDS,
) -> None:
    """Return when the topics are as they must be for a service to work on them.

    Args:
        admin: looks at them.
        specs: the topics as they must be.
        kafka: where they are, for the message.
        second_look_seconds: after so long wrong ones are looked at once more.

    Raises:
        BrokerUnavailable: Kafka does not answer in time.
        SetupError: they are not as they must be.
    """
    refused = await _refused(admin, specs)
    if refused:
        # Topics that were created this moment are not known to every broker yet.
        await asyncio.sleep(second_look_seconds)
        refused = await _refused(admin, specs)
    if refused:
        hidden = (
            ". A topic that this user may not see seems not to exist: isnad rights kafka"
            if KafkaAccess.of(kafka).guarded
            else ""
        )
        raise SetupError(
            f"The topics in Kafka at {kafka} are not as they must be: "
            f"{'; '.join(fault.text for fault in refused)}. {remedy(refused)}{hidden}"
        )


async def _refused(admin: Checker, specs: Sequence[TopicSpec]) -> list[TopicFault]:
    return [fault for fault in await admin.check(specs) if fault.refused]
