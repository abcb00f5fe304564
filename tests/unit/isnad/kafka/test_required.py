"""What a service says when it refuses its topics."""

import pytest

from isnad.errors import SetupError
from isnad.kafka import require_topics
from isnad.testing.broker import FakeBroker
from isnad.topics import Topics


async def test_a_service_that_expects_fewer_partitions_than_there_are_names_the_setting() -> None:
    """`isnad topics create` adds partitions and takes none away, so it is no way out."""
    admin = FakeBroker(Topics().specs(8)).admin()
    with pytest.raises(SetupError, match=r"articles\.raw has 8 partitions and must have 4.*ISNAD_PARTITIONS=8"):
        await require_topics(admin, Topics().specs(), "here:9092", second_look_seconds=0)
