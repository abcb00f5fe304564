"""How far dedup's group has committed the log, asked again and again over one connection."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from isnad.batches import Places
from isnad.continuity import Partition
from isnad.errors import BrokerUnavailable, SetupError


class Committed:
    """Asks for the offset from which the group has to read on; after a failure over a new connection."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Places]], partition: Partition) -> None:
        self._connect = connect
        self._partition = partition
        self._connection = AsyncExitStack()
        self._places: Places | None = None
        self._one_by_one = asyncio.Lock()

    async def offset(self) -> int:
        """Return that offset.

        Raises:
            BrokerUnavailable: Kafka does not answer in time.
            SetupError: the topic is not there, or a file of certificates can't be read.
        """
        async with self._one_by_one:
            try:
                if self._places is None:
                    self._places = await self._connection.enter_async_context(self._connect())
                return (await self._places.starts([self._partition]))[self._partition]
            except (BrokerUnavailable, SetupError):
                await self.close()
                raise

    async def close(self) -> None:
        """Close the connection."""
        self._places = None
        await self._connection.aclose()
