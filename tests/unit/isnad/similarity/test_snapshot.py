"""A snapshot is read as it was written, or not at all, whatever happened to its files or to whoever wrote it."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from structlog.testing import capture_logs

from isnad.errors import StorageUnavailable
from isnad.similarity.snapshot import (
    Captured,
    Described,
    FilePart,
    Frozen,
    Json,
    SnapshotError,
    Snapshots,
    SnapshotsBusy,
    described,
    opened,
    remove,
    write,
)

ROW = np.dtype([("number", "<u8"), ("counts", "<i4", (2,)), ("inner", [("name", "S5"), ("flag", "?")])], align=True)

NOBODY = 65534


def rows() -> np.ndarray:
    made = np.zeros(3, ROW)
    made["number"] = [1, 2**64 - 1, 3]
    made["counts"] = [[1, -2], [3, 4], [5, 6]]
    made["inner"]["name"] = [b"a", b"", b"abcde"]
    return made


def some(**more: object) -> Captured:
    return Captured({"place": 7}, {"index-rows": rows(), "stories-text": "متن".encode(), **more})  # type: ignore[dict-item]


def inode(path: Path) -> int:
    return path.stat().st_ino


class TestWhatIsWrittenIsRead:
    def test_arrays_of_every_kind(self, tmp_path: Path):
        arrays = {
            "rows": rows(),
            "none": np.zeros((0, 4), np.uint16),
            "one": np.array(3.5),
            "steps": np.arange(10)[::3],
            "turned": np.asfortranarray(np.arange(6).reshape(2, 3)),
            "days": np.array(["2018-02-08"], "datetime64[s]"),
        }
        write(tmp_path / "s", Captured({}, dict(arrays)))
        with opened(tmp_path / "s") as snapshot:
            for name, array in arrays.items():
                for read in (snapshot.array(name), snapshot.mapped(name)):
                    assert read.dtype == array.dtype
                    assert read.shape == array.shape
                    np.testing.assert_array_equal(read, array)

    def test_facts_and_bytes(self, tmp_path: Path):
        about: dict[str, Json] = {"place": 7, "name": "متن", "nested": {"list": [1, 2.5, None, True]}}
        parts = {"data": b"\x00\xff", "empty": b"", "lazy": lambda: b"made late"}
        write(tmp_path / "s", Captured(about, dict(parts)), identity={"days": 30})
        with opened(tmp_path / "s") as snapshot:
            assert snapshot.about == about
            assert snapshot.identity == {"days": 30}
            assert sorted(snapshot.names()) == ["data", "empty", "lazy"]
            assert [snapshot.data(name) for name in ("data", "empty", "lazy")] == [b"\x00\xff", b"", b"made late"]

    def test_a_copy_can_be_changed_and_what_is_mapped_can_not(self, tmp_path: Path):
        write(tmp_path / "s", some())
        with opened(tmp_path / "s") as snapshot:
            snapshot.array("index-rows")["number"][0] = 9
            with pytest.raises(ValueError, match="read-only"):
                snapshot.mapped("index-rows")["number"][0] = 9
        with opened(tmp_path / "s") as snapshot:
            assert snapshot.array("index-rows")["number"][0] == 1

    def test_mapped_arrays_outlive_the_snapshot(self, tmp_path: Path):
        write(tmp_path / "s", some())
        with opened(tmp_path / "s") as snapshot:
            mapped = snapshot.mapped("index-rows")
        assert remove(tmp_path / "s")
        assert mapped["number"].tolist() == [1, 2**64 - 1, 3]

    def test_more_than_one_piece(self, tmp_path: Path):
        numbers = np.arange(2_000_000)  # 16 MB, written in pieces of 4
        pieces = []
        write(tmp_path / "s", Captured({}, {"numbers": numbers}), between=lambda: pieces.append(1))
        assert len(pieces) >= 4
        with opened(tmp_path / "s") as snapshot:
            np.testing.assert_array_equal(snapshot.array("numbers"), numbers)

    def test_a_part_that_is_not_there_or_is_something_else(self, tmp_path: Path):
        write(tmp_path / "s", some())
        with opened(tmp_path / "s") as snapshot:
            for ask in (snapshot.array, snapshot.mapped, snapshot.data, snapshot.path):
                with pytest.raises(SnapshotError, match="named nothing"):
                    ask("nothing")
            with pytest.raises(SnapshotError, match="named stories-text"):
                snapshot.array("stories-text")
            with pytest.raises(SnapshotError, match="named index-rows"):
                snapshot.data("index-rows")


class TestFilesThatGrow:
    def test_a_growing_file_is_as_long_as_it_was_then(self, tmp_path: Path):
        growing = tmp_path / "growing"
        growing.write_bytes(b"abcdef")
        write(tmp_path / "s", some(file=FilePart(growing, 4, final=False)))
        with growing.open("ab") as file:
            file.write(b"ghi")
        with opened(tmp_path / "s") as snapshot:
            snapshot.take_file("file", tmp_path / "taken")
            with pytest.raises(ValueError, match="take_file"):
                snapshot.path("file")
        assert (tmp_path / "taken").read_bytes() == b"abcd"
        (tmp_path / "taken").write_bytes(b"other")  # its own file, so the snapshot stays as it is
        opened(tmp_path / "s").close()

    def test_what_is_final_is_one_file_in_all_places(self, tmp_path: Path):
        final = tmp_path / "final"
        final.write_bytes(b"abcd")
        write(tmp_path / "s", some(file=FilePart(final, 4, final=True)))
        with opened(tmp_path / "s") as snapshot:
            snapshot.take_file("file", tmp_path / "taken")
        assert inode(tmp_path / "s" / "file") == inode(final) == inode(tmp_path / "taken")

    def test_where_there_is_no_room_for_it_the_disk_is_to_blame_and_not_the_snapshot(self, tmp_path: Path):
        (tmp_path / "growing").write_bytes(b"abcd")
        write(tmp_path / "s", some(file=FilePart(tmp_path / "growing", 4, final=False)))
        with opened(tmp_path / "s") as snapshot, pytest.raises(StorageUnavailable, match="nowhere"):
            snapshot.take_file("file", tmp_path / "nowhere" / "file")

    def test_of_a_final_file_that_is_longer_only_the_part_counts(self, tmp_path: Path):
        (tmp_path / "padded").write_bytes(b"abcd\0\0\0\0")
        write(tmp_path / "s", some(file=FilePart(tmp_path / "padded", 4, final=True)))
        with opened(tmp_path / "s") as snapshot:
            snapshot.take_file("file", tmp_path / "taken")
        assert (tmp_path / "taken").read_bytes() == b"abcd"

    def test_the_checksum_goes_on_where_the_former_one_ended(self, tmp_path: Path):
        growing = tmp_path / "growing"
        for end, content in enumerate([b"one", b"onetwo", b"onetwo", b"onetwothree"]):
            growing.write_bytes(content) if end == 0 else _append(growing, content)
            part = FilePart(growing, len(content), final=end == 3)
            write(tmp_path / str(end), some(file=part), tmp_path / str(end - 1) if end else None)
            listed = json.loads((tmp_path / str(end) / "manifest").read_bytes().partition(b"\n")[2])
            assert listed["parts"]["file"]["crc32"] == zlib.crc32(content)
            opened(tmp_path / str(end)).close()

    def test_another_file_of_the_same_name_is_read_from_its_beginning(self, tmp_path: Path):
        for name, content in [("one", b"aaaa"), ("two", b"bbbbcc")]:
            (tmp_path / name).write_bytes(content)
        write(tmp_path / "s", some(file=FilePart(tmp_path / "one", 4, final=False)))
        write(tmp_path / "t", some(file=FilePart(tmp_path / "two", 6, final=False)), tmp_path / "s")
        with opened(tmp_path / "t") as snapshot:
            snapshot.take_file("file", tmp_path / "taken")
        assert (tmp_path / "taken").read_bytes() == b"bbbbcc"

    def test_a_file_that_is_too_short_or_gone_is_no_snapshot(self, tmp_path: Path):
        (tmp_path / "short").write_bytes(b"abc")
        for name in ("short", "gone"):
            with pytest.raises(SnapshotError, match=name):
                write(tmp_path / "s", some(file=FilePart(tmp_path / name, 4, final=False)))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["short"]

    @pytest.mark.skipif(not os.access("/dev/shm", os.W_OK), reason="no second file system")
    def test_between_file_systems_it_is_copied(self, tmp_path: Path):
        other = Path("/dev/shm") / f"isnad-test-{os.getpid()}"
        other.mkdir()
        try:
            if other.stat().st_dev == tmp_path.stat().st_dev:
                pytest.skip("no second file system")
            (other / "file").write_bytes(b"abcdef")
            parts = {
                "grows": FilePart(other / "file", 4, final=False),
                "final": FilePart(other / "file", 6, final=True),
            }
            write(tmp_path / "s", Captured({}, dict(parts)))
            with opened(tmp_path / "s") as snapshot:
                for name in parts:
                    snapshot.take_file(name, other / name)
            assert (other / "grows").read_bytes() == b"abcd"
            assert (other / "final").read_bytes() == b"abcdef"
        finally:
            shutil.rmtree(other)


def _append(path: Path, whole: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(whole[file.tell() :])


class TestWhatStaysTheSameIsNotWrittenAgain:
    def test_a_frozen_array_is_one_file(self, tmp_path: Path):
        write(tmp_path / "one", some(postings=Frozen(np.arange(5))))
        write(tmp_path / "two", some(postings=Frozen(np.arange(5))), tmp_path / "one")
        assert inode(tmp_path / "one" / "postings") == inode(tmp_path / "two" / "postings")
        assert inode(tmp_path / "one" / "index-rows") != inode(tmp_path / "two" / "index-rows")
        assert remove(tmp_path / "one")
        with opened(tmp_path / "two") as snapshot:
            assert snapshot.array("postings").tolist() == [0, 1, 2, 3, 4]

    def test_a_frozen_array_of_another_length_is_written(self, tmp_path: Path):
        write(tmp_path / "one", some(postings=Frozen(np.arange(5))))
        write(tmp_path / "two", some(postings=Frozen(np.arange(6))), tmp_path / "one")
        with opened(tmp_path / "two") as snapshot:
            assert snapshot.array("postings").size == 6

    @pytest.mark.parametrize("broken", ["", "isnad snapshot, format 1, crc32 00000000\n{}"])
    def test_a_former_snapshot_that_is_gone_or_broken_is_left_alone(self, tmp_path: Path, broken: str):
        if broken:
            (tmp_path / "one").mkdir()
            (tmp_path / "one" / "manifest").write_text(broken)
        write(tmp_path / "two", some(postings=Frozen(np.arange(5))), tmp_path / "one")
        opened(tmp_path / "two").close()


def whole(folder: Path) -> Path:
    (folder.parent / "file").write_bytes(b"grown file")
    file = FilePart(folder.parent / "file", 5, final=False)
    write(folder, some(postings=Frozen(np.arange(100)), file=file), identity={"days": 30})
    return folder


def listed(folder: Path) -> dict[str, dict[str, object]]:
    made: dict[str, dict[str, object]] = json.loads((folder / "manifest").read_bytes().partition(b"\n")[2])
    return made


def list_anew(folder: Path, change: Callable[[dict[str, dict[str, object]]], object], number: int = 1) -> None:
    """Write another manifest with the right checksum, as only another program would."""
    made = listed(folder)
    change(made)
    text = json.dumps(made).encode()
    first = b"isnad snapshot, format %d, crc32 %08x\n" % (number, zlib.crc32(text))
    (folder / "manifest").write_bytes(first + text)


def other_name(name: str) -> Callable[[Path], object]:
    return lambda folder: list_anew(folder, lambda made: made["parts"].update({name: made["parts"]["postings"]}))


def rewrite(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    path = folder / name
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(change(content))


DAMAGE: Mapping[str, Callable[[Path], object]] = {
    "no folder": shutil.rmtree,
    "a file instead": lambda folder: (shutil.rmtree(folder), folder.write_bytes(b"")),
    "an empty folder": lambda folder: (shutil.rmtree(folder), folder.mkdir()),
    "no manifest": lambda folder: (folder / "manifest").unlink(),
    "an empty manifest": lambda folder: (folder / "manifest").write_bytes(b""),
    "a manifest of something else": lambda folder: (folder / "manifest").write_bytes(b'{"parts": {}}\n'),
    "a cut manifest": lambda folder: rewrite(folder, "manifest", lambda content: content[:-20]),
    "a folder for a manifest": lambda folder: ((folder / "manifest").unlink(), (folder / "manifest").mkdir()),
    "a missing array": lambda folder: (folder / "index-rows").unlink(),
    "a missing file": lambda folder: (folder / "file").unlink(),
    "a cut array": lambda folder: rewrite(folder, "postings", lambda content: content[:-1]),
    "an empty array": lambda folder: rewrite(folder, "postings", lambda _: b""),
    "a longer array": lambda folder: rewrite(folder, "postings", lambda content: content + b"\0"),
    "a cut file": lambda folder: rewrite(folder, "file", lambda _: b"grow"),
    "a folder for an array": lambda folder: ((folder / "postings").unlink(), (folder / "postings").mkdir()),
    "another format": lambda folder: list_anew(folder, lambda _: None, number=2),
    "no parts": lambda folder: list_anew(folder, lambda made: made.pop("parts")),
    "a part of no kind": lambda folder: list_anew(folder, lambda made: made["parts"].update({"x": {"kind": "pickle"}})),
    "a size that is none": lambda folder: list_anew(
        folder, lambda made: made["parts"].update({"postings": {"kind": "array", "size": "1", "crc32": 0}})
    ),
    "a part outside": other_name("../file"),
    "a part from the root": other_name("/etc/passwd"),
    "a part in a folder": other_name("folder/file"),
    "a part without a name": other_name(""),
    "the manifest as a part": other_name("manifest"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_of_every_kind_is_said_in_a_sentence(tmp_path: Path, damage: str):
    folder = whole(tmp_path / "s")
    DAMAGE[damage](folder)
    with pytest.raises(SnapshotError) as found:
        opened(folder)
    assert str(folder) in str(found.value)
    assert str(found.value).endswith(".")


def test_no_flipped_bit_goes_unseen(tmp_path: Path):
    folder = whole(tmp_path / "s")
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        counted = 5 if path.name == "file" else len(content)  # what follows was not captured
        for place in range(counted):
            changed = bytearray(content)
            changed[place] ^= 1 << place % 8
            path.write_bytes(changed)
            with pytest.raises(SnapshotError):
                opened(folder)
        path.write_bytes(content)
    opened(folder).close()


@pytest.fixture
def without_rights() -> Iterator[Path]:
    """A folder of somebody who is not root."""
    with TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
            yield Path(folder)
            os.seteuid(0)
        else:
            yield Path(folder)


def test_no_permission_is_said_too(without_rights: Path):
    folder = whole(without_rights / "s")
    (folder / "postings").chmod(0)
    with pytest.raises(SnapshotError, match=r"postings: Permission denied"):
        opened(folder)
    folder.chmod(0)
    with pytest.raises(SnapshotError, match=r"s: Permission denied"):
        opened(folder)
    folder.chmod(0o700)
    without_rights.chmod(0o500)
    with pytest.raises(SnapshotError, match=r"can't be written: .*Permission denied"):
        write(without_rights / "t", some())
    with pytest.raises(SnapshotError, match=r"No snapshot can be written in .*Permission denied"):
        Snapshots(without_rights / "snapshots", {}).write(some())
    with pytest.raises(SnapshotError, match=r"can't be removed: .*Permission denied"):
        remove(folder)
    without_rights.chmod(0o700)


def test_what_was_no_array_is_none_though_its_checksum_is_right(tmp_path: Path):
    write(tmp_path / "s", some())
    list_anew(tmp_path / "s", lambda made: made["parts"]["stories-text"].update(kind="array"))  # type: ignore[attr-defined]
    with opened(tmp_path / "s") as snapshot, pytest.raises(SnapshotError, match="can't be read as an array"):
        snapshot.array("stories-text")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../a", "manifest", ".hidden", "a\n", "a" * 300, "متن"])
def test_such_a_name_is_not_written(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="name"):
        write(tmp_path / "s", Captured({}, {name: b""}))
    assert list(tmp_path.iterdir()) == []


def test_python_objects_are_not_written(tmp_path: Path):
    with pytest.raises(ValueError, match="objects"):
        write(tmp_path / "s", Captured({}, {"a": np.array([object()])}))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path):
    write(tmp_path / "s", some())
    with pytest.raises(SnapshotError, match="File exists"):
        write(tmp_path / "s", some(more=b""))
    with opened(tmp_path / "s") as snapshot:
        assert "more" not in snapshot.names()
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def test_not_even_an_empty_folder_gives_way(tmp_path: Path):
    with pytest.raises(SnapshotError, match=r"can't be written: .*File exists"):
        write(tmp_path, Captured({}, {"bytes": b"1"}))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path):
    # The kernel refuses files longer than that, as it refuses what has no room.
    code = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from isnad.similarity.snapshot import Captured, SnapshotError, write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write(Path(sys.argv[1]), Captured({}, {"small": b"a", "numbers": np.arange(100_000)}))
except SnapshotError as exc:
    print(exc)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "s"], capture_output=True, text=True, check=True)
    assert "File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []


class TestAFolderOfSnapshots:
    IDENTITY: Mapping[str, Json] = {"days": 30, "hashes": 2}

    def snapshots(self, root: Path, **other: Json) -> Snapshots:
        return Snapshots(root / "snapshots", {**self.IDENTITY, **other})

    def places(self, snapshots: Snapshots) -> list[Json]:
        return [snapshot.about["place"] for snapshot in snapshots.newest_first()]

    def test_the_last_two_are_kept(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        assert self.places(snapshots) == []
        for place in range(4):
            snapshots.write(Captured({"place": place}, {"data": b"x"}))
        assert self.places(self.snapshots(tmp_path)) == [3, 2]
        assert len(snapshots.folders()) == 2

    def test_one_that_is_damaged_is_passed_over_and_the_log_says_why(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        for place in range(2):
            newest = snapshots.write(Captured({"place": place}, {"data": b"x"}))
        (newest / "data").write_bytes(b"y")
        with capture_logs() as logs:
            assert self.places(snapshots) == [0]
        (said,) = logs
        assert said["log_level"] == "warning"
        assert "data is damaged" in said["reason"]

    def test_one_of_other_settings_is_never_used_and_the_log_says_which(self, tmp_path: Path):
        self.snapshots(tmp_path, days=7, old=1).write(some())
        with capture_logs() as logs:
            assert self.places(self.snapshots(tmp_path, new=[1])) == []
        (said,) = logs
        assert said["log_level"] == "warning"
        assert "days is 7 there and 30 here" in said["reason"]
        assert "old is 1 there and None here" in said["reason"]
        assert "new is None there and [1] here" in said["reason"]
        assert "hashes" not in said["reason"]

    def test_one_that_the_caller_has_no_use_for_is_not_even_read(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        for place in range(2):
            newest = snapshots.write(Captured({"place": place}, {"data": b"x"}))
        (newest / "data").unlink()

        def refuse(found: Described) -> None:
            if found.about["place"] == 1:
                raise SnapshotError("It is too new.")

        with capture_logs() as logs:
            assert [one.about["place"] for one in snapshots.newest_first(refuse)] == [0]
        assert [said["reason"] for said in logs] == ["It is too new."]

    def test_what_a_crash_left_is_removed_by_the_next_one_that_writes(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        first = snapshots.write(some())
        for step, names in enumerate([(), ("data",), ("data", "manifest"), tuple(p.name for p in first.iterdir())]):
            left = first.with_name(f".snapshot-0000000002-{step}.unfinished")
            left.mkdir()
            for name in names:
                (left / name).write_bytes((first / name).read_bytes() if (first / name).exists() else b"half")
        assert self.places(snapshots) == [7]
        snapshots.write(some())
        assert sorted(path.name for path in first.parent.iterdir()) == [
            "lock",
            "snapshot-0000000001",
            "snapshot-0000000002",
        ]

    def test_what_a_crash_left_of_a_removal_is_no_snapshot(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        first, _ = snapshots.write(some()), snapshots.write(some())
        (first / "manifest").unlink()
        with capture_logs():
            assert self.places(snapshots) == [7]
        snapshots.write(some())
        assert self.places(snapshots) == [7, 7]

    @pytest.mark.parametrize("step", range(8))
    def test_killed_amid_writing_it_leaves_the_former_ones(self, tmp_path: Path, step: int):
        snapshots = self.snapshots(tmp_path)
        for place in range(2):
            snapshots.write(Captured({"place": place}, {"data": b"x"}))
        code = """
import os, signal, sys
from pathlib import Path
import numpy as np
from isnad.similarity.snapshot import Captured, Snapshots
left = int(sys.argv[2])
def between():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
parts = {"a": np.arange(1_500_000), "b": b"x" * 9_000_000, "c": lambda: b"late"}  # 3 + 1, 3 and 1 pieces
Snapshots(Path(sys.argv[1]), {"days": 30, "hashes": 2}).write(Captured({"place": 2}, parts), between)
"""
        done = subprocess.run([sys.executable, "-c", code, tmp_path / "snapshots", str(step)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert self.places(snapshots) == [1, 0]
        snapshots.write(Captured({"place": 3}, {"data": b"x"}))
        assert self.places(snapshots) == [3, 1]
        assert len(list((tmp_path / "snapshots").iterdir())) == 3

    def test_abandoned_it_leaves_nothing(self, tmp_path: Path):
        class Stopping(Exception):
            pass

        def stop() -> None:
            raise Stopping

        snapshots = self.snapshots(tmp_path)
        snapshots.write(Captured({"place": 0}, {"data": b"x"}))
        with pytest.raises(Stopping):
            snapshots.write(Captured({"place": 1}, {"data": b"x"}), stop)
        assert self.places(snapshots) == [0]
        assert len(list((tmp_path / "snapshots").iterdir())) == 2

    def test_while_another_writes_it_says_so_and_writes_nothing(self, tmp_path: Path):
        snapshots, other = self.snapshots(tmp_path), self.snapshots(tmp_path)
        said = []

        def meanwhile() -> None:
            with pytest.raises(SnapshotsBusy) as refused:
                other.write(Captured({"place": 2}, {}))
            said.append(str(refused.value))

        snapshots.write(Captured({"place": 1}, {"data": b"x"}), meanwhile)
        assert said == [f"Another process is writing a snapshot in {tmp_path / 'snapshots'}."]
        assert self.places(snapshots) == [1]

    def test_one_that_somebody_reads_is_not_removed(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        for place in range(2):
            snapshots.write(Captured({"place": place}, {"data": b"x"}))
        reading = opened(snapshots.folders()[-1])
        snapshots.write(Captured({"place": 2}, {"data": b"x"}))
        assert reading.data("data") == b"x"
        reading.close()
        snapshots.write(Captured({"place": 3}, {"data": b"x"}))
        assert self.places(snapshots) == [3, 2]

    def test_one_that_is_being_removed_is_not_read(self, tmp_path: Path):
        folder = self.snapshots(tmp_path).write(some())
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SnapshotError, match="is being removed"):
            opened(folder)
        os.close(held)

    def test_only_what_the_state_was_made_of_is_taken_over(self, tmp_path: Path):
        parts = {"postings": Frozen(np.arange(5))}
        first = inode(self.snapshots(tmp_path).write(Captured({}, dict(parts))) / "postings")
        # Whoever began anew knows nothing of another's files, even under the same name.
        anew = self.snapshots(tmp_path)
        second = inode(anew.write(Captured({}, dict(parts))) / "postings")
        third = inode(anew.write(Captured({}, dict(parts))) / "postings")
        went_on = self.snapshots(tmp_path)
        with next(went_on.newest_first()) as newest:
            went_on.used(newest)
        fourth = inode(went_on.write(Captured({}, dict(parts))) / "postings")
        assert first != second
        assert second == third == fourth

    def test_a_folder_that_can_not_be_made_is_said(self, tmp_path: Path):
        (tmp_path / "snapshots").write_bytes(b"")
        with pytest.raises(SnapshotError, match=r"No snapshot can be written in .*snapshots: .*File exists\."):
            self.snapshots(tmp_path).write(some())
        assert self.places(self.snapshots(tmp_path)) == []

    def test_it_says_what_the_newest_holds_without_reading_it(self, tmp_path: Path):
        snapshots = self.snapshots(tmp_path)
        snapshots.write(Captured({"place": 1}, {"data": b"abc", "more": b"de"}))
        newest = described(snapshots.folders()[0])
        assert (newest.about, newest.size, newest.identity) == ({"place": 1}, 5, self.IDENTITY)
