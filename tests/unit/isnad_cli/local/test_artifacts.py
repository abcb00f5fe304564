"""The lock of what the local stack is made of."""

import re

import pytest

from isnad_cli.local.artifacts import Artifact, locked, parse, render

ONE = Artifact(part="kafka", group="org.example.deep", name="thing", version="1.2", size=3, sha256="ab" * 32)


def test_lock_names_no_host() -> None:
    """Only coordinates, sizes and checksums are pinned, so that a mirror serves as well as the original."""
    assert "://" not in render(locked())


def test_every_artifact_has_a_whole_checksum() -> None:
    """A shortened or missing checksum could never agree, or always."""
    assert [a.coordinate for a in locked() if not re.fullmatch("[0-9a-f]{64}", a.sha256) or a.size <= 0] == []


def test_kafka_brings_a_single_version_of_each_jar() -> None:
    """Two versions on one class path would make chance decide."""
    jars = [(a.group, a.name) for a in locked() if a.part == "kafka"]
    assert len(jars) == len(set(jars))


@pytest.mark.parametrize("part", ["elasticsearch", "compiler"])
def test_one_server_and_one_compiler(part: str) -> None:
    """The set-up takes the single artifact of each."""
    assert len([a for a in locked() if a.part == part]) == 1


def test_what_is_rendered_is_parsed_again() -> None:
    """Writing a lock and reading it gives the same artifacts."""
    assert parse(render((ONE,))) == (ONE,)


def test_place_follows_maven() -> None:
    """group/name/version/name-version.packaging, with the group's dots as folders."""
    assert str(ONE.path) == "org/example/deep/thing/1.2/thing-1.2.jar"
