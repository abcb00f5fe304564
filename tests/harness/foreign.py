"""Records as only a foreign producer sends them: a header's name that is no text, which aiokafka won't write."""

import struct
from collections.abc import Sequence

from aiokafka import codec  # noqa: TID251  isnad's own producer can't send such
from aiokafka.client import AIOKafkaClient  # noqa: TID251
from aiokafka.protocol.produce import ProduceRequest  # noqa: TID251
from aiokafka.record.default_records import DefaultRecordBatchBuilder  # noqa: TID251
from aiokafka.record.util import calc_crc32c  # noqa: TID251
from aiokafka.structs import TopicPartition  # noqa: TID251

NAME = b"n\xff\xfe\xd8e"
READ_AS = "n\ufffd\ufffd\ufffde"
"""What Kafka's own client makes of it."""

_INSTEAD = "N.A.E"
_OVERHEAD, _ATTRIBUTES = 61, 21
_CODECS = {"": (0, bytes), "gzip": (1, codec.gzip_encode), "snappy": (2, codec.snappy_encode)}
_CODECS |= {"lz4": (3, codec.lz4_encode), "zstd": (4, codec.zstd_encode)}


def batch(values: Sequence[bytes], *, named: Sequence[int], compression: str = "") -> bytes:
    """Return a batch of records (KIP-98) with key k; those whose numbers are in `named` have a header `NAME`: v."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 1_000_000)
    for number, value in enumerate(values):
        headers = [("good", b"1"), (_INSTEAD, b"v"), ("none", None)] if number in named else []
        builder.append(number, 1_700_000_000_000 + number, b"k", value, headers)
    built = bytes(builder.build())
    number, pack = _CODECS[compression]
    records = pack(built[_OVERHEAD:].replace(_INSTEAD.encode(), NAME))
    checked = struct.pack(">h", number) + built[_ATTRIBUTES + 2 : _OVERHEAD] + records
    length = struct.pack(">i", _ATTRIBUTES - 12 + len(checked))
    return built[:8] + length + built[12:17] + struct.pack(">I", calc_crc32c(checked)) + checked


async def send(kafka: str, topic: str, batches: Sequence[bytes]) -> None:
    """Send batches to a topic's partition 0, one after the other."""
    client = AIOKafkaClient(bootstrap_servers=kafka)
    await client.bootstrap()
    try:
        await client.add_topic(topic)
        for one in batches:
            request = ProduceRequest(None, required_acks=-1, timeout=10_000, topics=[(topic, [(0, one)])])
            answer = await client.send(client.cluster.leader_for_partition(TopicPartition(topic, 0)), request)
            ((_, ((_, error, *_),)),) = answer.topics
            assert error == 0, f"Kafka refused it with error {error}"
    finally:
        await client.close()
