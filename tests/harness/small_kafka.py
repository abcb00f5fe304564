"""A Kafka on loopback that answers an idempotent producer as a test tells it to, and that never writes anything.

A real one can be suspended as a whole, but keeps no single topic waiting while it refuses another.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

from aiokafka.protocol.admin import ApiVersionRequest_v0, ApiVersionResponse_v0  # noqa: TID251  the server's side of it
from aiokafka.protocol.api import RequestHeader_v1  # noqa: TID251
from aiokafka.protocol.metadata import MetadataRequest_v1, MetadataResponse_v1  # noqa: TID251
from aiokafka.protocol.produce import ProduceRequest_v3, ProduceResponse_v3  # noqa: TID251
from aiokafka.protocol.transaction import InitProducerIdRequest_v0, InitProducerIdResponse_v0  # noqa: TID251
from aiokafka.record import MemoryRecords  # noqa: TID251

_KINDS = (ApiVersionRequest_v0, MetadataRequest_v1, ProduceRequest_v3, InitProducerIdRequest_v0)


class SmallKafka:
    """Topics of one partition each, every one with a server of its own.

    Attributes:
        silent: topics on which nothing is acknowledged until `speak`.
        refused: with which error code a topic refuses what is sent.
        received: topic and value of each message that came, in order, acknowledged or not.
        deserted: set while no connection is open.
    """

    def __init__(self, topics: tuple[str, ...]) -> None:
        self.silent: set[str] = set()
        self.refused: Mapping[str, int] = {}
        self.received: list[tuple[str, bytes]] = []
        self.deserted = asyncio.Event()
        self.address = ""
        self._topics = topics
        self._held: list[asyncio.Event] = []
        self._connections = 0
        self._producers = 0

    def speak(self) -> None:
        """Acknowledge what came, and what comes."""
        self.silent = set()
        for held in self._held:
            held.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["SmallKafka"]:
        """Listen while the block runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        async with server:
            try:
                yield self
            finally:
                self.speak()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        self.deserted.clear()
        try:
            while True:
                (size,) = struct.unpack(">i", await reader.readexactly(4))
                request = BytesIO(await reader.readexactly(size))
                header = RequestHeader_v1.SCHEMA.decode(request)
                key, correlation = header[0], header[2]
                kind = next(kind for kind in _KINDS if key == kind.API_KEY)
                answer = (await self._answer(kind, kind.SCHEMA.decode(request))).encode()
                writer.write(struct.pack(">ii", len(answer) + 4, correlation) + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._connections -= 1
            if not self._connections:
                self.deserted.set()

    async def _answer(self, kind: type, fields: tuple[Any, ...]) -> Any:
        if kind is ApiVersionRequest_v0:
            return ApiVersionResponse_v0(0, [(one.API_KEY, one.API_VERSION, one.API_VERSION) for one in _KINDS])
        if kind is InitProducerIdRequest_v0:
            self._producers += 1
            return InitProducerIdResponse_v0(0, 0, self._producers, 0)
        if kind is MetadataRequest_v1:
            host, port = self.address.split(":")
            brokers = [(n, host, int(port), None) for n in range(len(self._topics))]
            topics = [(0, topic, False, [(0, 0, n, [n], [n])]) for n, topic in enumerate(self._topics)]
            return MetadataResponse_v1(brokers, 0, topics)
        return ProduceResponse_v3([(topic, [await self._take(topic, sent)]) for topic, [(_, sent)] in fields[3]], 0)

    async def _take(self, topic: str, sent: bytes) -> tuple[int, int, int, int]:
        records = MemoryRecords(sent)
        while (batch := records.next_batch()) is not None:
            self.received += [(topic, record.value) for record in batch]
        if topic in self.silent:
            held = asyncio.Event()
            self._held.append(held)
            await held.wait()
        return 0, self.refused.get(topic, 0), len(self.received), -1
