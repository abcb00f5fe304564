"""Faults of dedup's snapshots: gone, cut short, with a bit turned over, of another version."""

import json
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.harness.chain import Chain

pytestmark = pytest.mark.real

Damage = Callable[[Path], None]
"""What befalls one snapshot, the folder that is given."""


def delete(snapshot: Path) -> None:
    shutil.rmtree(snapshot)


def truncate(snapshot: Path) -> None:
    part = _largest_part(snapshot)
    # It may be one that dedup has written to since: of those only the beginning belongs to the snapshot.
    _replace(part, part.read_bytes()[:100])


def turn_a_bit_over(snapshot: Path) -> None:
    part = _largest_part(snapshot)
    content = bytearray(part.read_bytes())
    content[0] ^= 1
    _replace(part, bytes(content))


def truncate_the_manifest(snapshot: Path) -> None:
    manifest = snapshot / "manifest"
    _replace(manifest, manifest.read_bytes()[:100])


def of_version(answers: int) -> Damage:
    """It is whole, and was made by an isnad that answers otherwise: an older one, or a newer one."""

    def rewrite(snapshot: Path) -> None:
        first, _, text = (snapshot / "manifest").read_bytes().partition(b"\n")
        manifest = json.loads(text)
        manifest["identity"]["answers"] += answers
        text = json.dumps(manifest).encode()
        first = re.sub(rb"crc32 [0-9a-f]{8}", b"crc32 %08x" % zlib.crc32(text), first)
        _replace(snapshot / "manifest", first + b"\n" + text)

    return rewrite


def of_format(step: int) -> Damage:
    """It is whole, and written in another way."""

    def rewrite(snapshot: Path) -> None:
        first, _, text = (snapshot / "manifest").read_bytes().partition(b"\n")
        _, number = re.split(rb"format (?=[0-9]+)", first)
        other = b"format %d" % (int(number.partition(b",")[0]) + step)
        _replace(snapshot / "manifest", re.sub(rb"format [0-9]+", other, first) + b"\n" + text)

    return rewrite


DAMAGES: dict[str, Damage] = {
    "deleted": delete,
    "truncated": truncate,
    "bit-flipped": turn_a_bit_over,
    "manifest truncated": truncate_the_manifest,
    "of an older version": of_version(-1),
    "of a newer version": of_version(1),
    "in a newer format": of_format(1),
}


def damage_snapshots(chain: Chain, damage: Damage) -> None:
    """Kill -9 dedup; something befalls all its snapshots, and then it starts again."""
    dedup, folder = chain.workers["dedup"], chain.folder / "dedup" / "snapshots"
    wrote = len(dedup.logged("wrote a snapshot"))
    chain.wait_until(lambda: len(dedup.logged("wrote a snapshot")) > wrote, "dedup writes no snapshot")
    loaded, refused = len(dedup.logged("loaded a snapshot")), len(dedup.logged("a snapshot is not used"))
    joined = len(dedup.logged("partitions"))
    with dedup.down():
        fresh = {line["snapshot"] for line in dedup.logged("wrote a snapshot")[wrote:]}
        for snapshot in folder.glob("snapshot-*"):
            if str(snapshot) in fresh:
                damage(snapshot)
            else:  # damaged before
                delete(snapshot)
    chain.wait_until(lambda: len(dedup.logged("partitions")) > joined, "dedup does not come back")
    assert len(dedup.logged("loaded a snapshot")) == loaded, "it took one that is damaged"
    if damage is not delete:
        assert len(dedup.logged("a snapshot is not used")) > refused, "the log does not say why"


@pytest.mark.row(42, "dedup's snapshots deleted, truncated, bit-flipped, of another version")
def test_the_state_is_made_anew_from_the_log(chain: Chain):
    """The answers are the same; and a snapshot that is good is used."""
    chain.start()
    feeding = chain.feed(None, per_second=40)
    for damage in DAMAGES.values():
        damage_snapshots(chain, damage)
    chain.check_commits()
    feeding.end()
    assert chain.settle().count.dead == 0
    dedup = chain.workers["dedup"]
    reasons = " ".join(line["reason"] for line in dedup.logged("a snapshot is not used"))
    assert all(word in reasons for word in ("damaged", "answers is", "format")), reasons
    dedup.kill()
    chain.wait_until(lambda: bool(dedup.logged("loaded a snapshot")), "a good snapshot is not used")


def _largest_part(snapshot: Path) -> Path:
    return max((path for path in snapshot.iterdir() if path.name != "manifest"), key=lambda path: path.stat().st_size)


def _replace(path: Path, content: bytes) -> None:
    # Another snapshot may have the very same file under another name.
    path.unlink()
    path.write_bytes(content)
