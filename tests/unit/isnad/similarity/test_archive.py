"""Records come back by their address, from the buffer, disk or a snapshot, until their segment is dropped."""

import gc
import random
import resource
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.memory_folder import IN_MEMORY

from isnad.errors import StorageUnavailable
from isnad.similarity.archive import Archive
from isnad.similarity.snapshot import FilePart, Opened, opened, write

KIB = 1024


def reopened(archive: Archive, folder: Path) -> Opened:
    write(folder, archive.capture())
    return opened(folder)


def restored(archive: Archive, snapshot: Path, folder: Path | None = None) -> Archive:
    again = Archive(folder)
    again.restore(reopened(archive, snapshot))
    return again


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, 503, 504, 505, 600, 5_000, 3 * KIB * KIB])
def test_a_record_of_any_length_comes_back_from_the_buffer_and_from_disk(size: int, tmp_path: Path):
    archive = Archive(tmp_path / "own")
    archive.keep(range(1))
    record = random.Random(size).randbytes(size)
    first = archive.append(b"first")
    address = archive.append(record)
    last = archive.append(b"last")
    assert [archive.read(one) for one in (first, address, last)] == [b"first", record, b"last"]
    archive.capture()  # writes what is buffered
    assert [archive.read(one) for one in (first, address, last)] == [b"first", record, b"last"]


appends = st.tuples(st.just("append"), st.sampled_from([0, 1, 30, 500, 3_000, 400 * KIB]), st.integers(0, 255))
moves = st.tuples(st.just("move"), st.integers(0, 3), st.integers(0, 3))
restarts = st.tuples(st.just("restart"), st.just(0), st.just(0))


@settings(deadline=None)
@given(st.lists(appends | moves | restarts, max_size=20))
def test_it_is_a_dictionary_by_address_through_segments_and_restarts(plan: list[tuple[str, int, int]]):
    with TemporaryDirectory(dir=IN_MEMORY) as home:
        archive, segments, expected = Archive(), range(1), {}
        archive.keep(segments)
        for number, (step, first, second) in enumerate(plan):
            if step == "append":
                record = bytes([second]) * first
                address = archive.append(record)
                assert address not in expected
                expected[address] = (segments[-1], record)
            elif step == "move":
                stop = segments.stop + first
                segments = range(min(segments.start + second, stop - 1), stop)
                archive.keep(segments)
                for address in [one for one, (segment, _) in expected.items() if segment < segments.start]:
                    del expected[address]
                    with pytest.raises(LookupError):
                        archive.read(address)
            else:
                again = restored(archive, Path(home) / str(number))
                archive.close()
                archive = again
            for address, (segment, record) in expected.items():
                assert (archive.segment(address), archive.read(address)) == (segment, record)
        archive.close()


def test_the_files_of_dropped_segments_are_deleted(tmp_path: Path):
    archive = Archive(tmp_path)
    for newest in range(5):
        archive.keep(range(max(0, newest - 1), newest + 1))
        archive.append(b"record")
    assert len(files(tmp_path)) == 2


def test_after_closing_nothing_of_its_own_is_left(tmp_path: Path):
    archive = Archive(tmp_path)
    (tmp_path / "of somebody else").touch()
    archive.keep(range(1))
    archive.append(bytes(3 * KIB * KIB))
    archive.capture()
    archive.keep(range(1, 2))
    archive.close()
    assert files(tmp_path) == [tmp_path / "of somebody else"]


def test_a_folder_that_can_not_be_is_said_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="can't be used for records"):
        Archive(tmp_path / "file" / "records")


def test_what_a_killed_process_left_in_its_folder_is_neither_read_nor_kept(tmp_path: Path):
    killed = Archive(tmp_path)
    killed.keep(range(1))
    address = killed.append(b"record")
    killed.capture()
    again = Archive(tmp_path)
    again.keep(range(1))
    with pytest.raises(LookupError):
        again.read(address)
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("written", [False, True])
def test_an_address_of_no_record_is_an_error_that_says_so(written: bool, tmp_path: Path):
    archive = Archive(tmp_path)
    archive.keep(range(1))
    address = archive.append(b"a record of some length")
    if written:
        archive.capture()
    for wrong in (-1, address + 1, address + 8, address + 10_000, address + (1 << 40)):
        with pytest.raises(LookupError, match=f"no record at address {wrong}"):
            archive.read(wrong)


def test_a_record_whose_bytes_were_changed_on_disk_is_an_error(tmp_path: Path):
    archive = Archive(tmp_path)
    archive.keep(range(1))
    address = archive.append(b"what was written")
    archive.capture()
    (file,) = files(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"written", b"altered"))
    with pytest.raises(LookupError):
        archive.read(address)


def test_nothing_can_be_appended_before_there_is_a_segment():
    archive = Archive()
    with pytest.raises(ValueError, match=r"call keep\(\)"):
        archive.append(b"record")


@pytest.mark.parametrize("segments", [range(1, 5), range(2, 4), range(4)])
def test_segments_never_go_back(segments: range):
    archive = Archive()
    archive.keep(range(2, 5))
    with pytest.raises(ValueError, match="come after"):
        archive.keep(segments)


def test_what_is_appended_after_a_snapshot_changes_nothing_in_it(tmp_path: Path):
    archive = Archive(tmp_path / "own")
    archive.keep(range(2))
    address = archive.append(b"before")
    snapshot = reopened(archive, tmp_path / "snapshot")
    archive.append(b"after")
    archive.keep(range(3))
    again = Archive(tmp_path / "other")
    again.restore(snapshot)
    assert again.append(b"another") == address + len(b"before") + 8
    first = Archive(tmp_path / "third")
    first.restore(opened(tmp_path / "snapshot"))
    assert first.read(address) == b"before"
    with pytest.raises(LookupError):
        first.read(address + len(b"before") + 8)


def test_a_segment_that_is_dropped_while_the_snapshot_is_written_is_still_in_it(tmp_path: Path):
    archive = Archive(tmp_path / "own")
    archive.keep(range(1))
    address = archive.append(b"record")
    archive.keep(range(2))
    captured = archive.capture()
    archive.keep(range(1, 3))  # the thread that writes comes only now to the files
    write(tmp_path / "snapshot", captured)
    again = Archive(tmp_path / "other")
    again.restore(opened(tmp_path / "snapshot"))
    assert again.read(address) == b"record"
    archive.capture()
    assert len(files(tmp_path / "own")) == 2  # of segments 1 and 2: the one of 0 went with the next capture


def test_a_restored_archive_outlives_its_snapshot(tmp_path: Path):
    archive = Archive(tmp_path / "own")
    archive.keep(range(1))
    older = archive.append(b"older")
    archive.keep(range(2))
    newer = archive.append(b"newer")
    again = restored(archive, tmp_path / "snapshot", tmp_path / "other")
    archive.close()
    for file in files(tmp_path / "snapshot"):
        file.unlink()
    third = restored(again, tmp_path / "next snapshot", tmp_path / "third")
    assert [third.read(address) for address in (older, newer)] == [b"older", b"newer"]


def test_two_that_go_on_from_one_snapshot_give_what_they_add_different_names(tmp_path: Path):
    archive = Archive(tmp_path / "own")
    archive.keep(range(2))
    archive.append(b"before")
    snapshot = reopened(archive, tmp_path / "snapshot")
    names = []
    for number in range(2):
        again = Archive(tmp_path / str(number))
        again.restore(snapshot)
        again.append(b"after %d" % number)
        again.keep(range(3))
        names += again.capture().parts
        again.close()
    assert len(names) == len(set(names)) == 4


def test_only_an_empty_archive_is_restored(tmp_path: Path):
    archive = Archive(tmp_path / "own")
    archive.keep(range(1))
    snapshot = reopened(archive, tmp_path / "snapshot")
    with pytest.raises(ValueError, match="only while it is empty"):
        archive.restore(snapshot)


def test_a_temporary_folder_goes_with_the_archive():
    archive = Archive()
    archive.keep(range(1))
    archive.append(b"record")
    ((name, part),) = archive.capture().parts.items()
    assert isinstance(part, FilePart), name
    assert part.path.exists()
    del archive
    gc.collect()
    assert not part.path.parent.exists()


def test_when_the_disk_is_full_nothing_is_lost_and_the_same_call_works_later(tmp_path: Path):
    archive = Archive(tmp_path)
    archive.keep(range(1))
    addresses = [archive.append(bytes([n]) * 300 * KIB) for n in range(3)]
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500 * KIB, most))
    try:
        for _ in range(2):
            with pytest.raises(StorageUnavailable, match="can't be written"):
                archive.append(bytes([3]) * 300 * KIB)
            with pytest.raises(StorageUnavailable, match="can't be written"):
                archive.keep(range(2))
            assert [archive.read(address)[0] for address in addresses] == [0, 1, 2]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    addresses.append(archive.append(bytes([3]) * 300 * KIB))
    archive.keep(range(2))
    assert [archive.read(address) for address in addresses] == [bytes([n]) * 300 * KIB for n in range(4)]
