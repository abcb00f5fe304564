"""A header's name that is no UTF-8 keeps nobody from reading on."""

import pytest
from aiokafka.record.memory_records import MemoryRecords  # noqa: TID251  what is measured against
from tests.harness import foreign

from isnad.kafka.header_names import Batches

VALUES = (b"zero", b"", b"two" * 100, b"three")


def read(records):
    """Return what there is of each record, as the consumer of aiokafka reads it."""
    read = []
    while records.has_next():
        batch = records.next_batch()
        assert batch.validate_crc()
        read += [(one.offset, one.timestamp, one.key, one.value, one.headers) for one in batch]
    return read


@pytest.mark.parametrize("compression", ["", "gzip", "snappy", "lz4", "zstd"])
def test_each_record_comes_once_in_order_and_the_name_as_kafka_s_own_client_reads_it(compression):
    """Whatever the batch is packed with, before the name, with it and after it."""
    headers = [("good", b"1"), (foreign.READ_AS, b"v"), ("none", None)]
    assert read(Batches(foreign.batch(VALUES, named=[1, 3], compression=compression))) == [
        (0, 1_700_000_000_000, b"k", b"zero", []),
        (1, 1_700_000_000_001, b"k", b"", headers),
        (2, 1_700_000_000_002, b"k", b"two" * 100, []),
        (3, 1_700_000_000_003, b"k", b"three", headers),
    ]


def test_batches_before_and_after_it_are_read_and_one_that_is_cut_is_left():
    """A fetch ends amid a batch; the consumer asks for that one again."""
    good, bad = foreign.batch([b"1", b"2"], named=[]), foreign.batch([b"3"], named=[0])
    records = Batches(good + bad + good + good[:-1])
    assert records.size_in_bytes() == 3 * len(good) + len(bad) - 1
    assert [value for _, _, _, value, _ in read(records)] == [b"1", b"2", b"3", b"1", b"2"]
    assert records.next_batch() is None


def test_good_records_are_read_as_by_aiokafka_alone():
    """Nothing else is changed."""
    good = foreign.batch(VALUES, named=[]) * 3
    assert read(Batches(good)) == read(MemoryRecords(good))


def test_aiokafka_alone_still_gives_up():
    """When it no longer does, `isnad.kafka.header_names` can go."""
    with pytest.raises(UnicodeDecodeError):
        read(MemoryRecords(foreign.batch(VALUES, named=[1])))
