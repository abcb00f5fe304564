"""API keys at rest: what is kept, who may use them, and a file that never opens up by being wrong."""

import base64
import json
import multiprocessing
import os
import stat
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from isnad.errors import SetupError
from isnad.keys import Key, changing, find, make, read

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def added(file: Path, name: str = "newsroom", **about) -> tuple[Key, str]:
    with changing(file) as known:
        key, written = make(name, about.pop("scopes", ["read"]), NOW, expires_at=about.get("expires_at"), known=known)
        known[key.id] = key
    return key, written


def test_only_the_hash_of_a_key_is_kept(tmp_path):
    file = tmp_path / "keys.json"
    key, written = added(file)
    _, id_, secret = written.split("_", 2)
    assert id_ == key.id
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    assert secret not in file.read_text()
    assert find(read(file), written, NOW) == key


def test_two_keys_have_nothing_in_common(tmp_path):
    (one, first), (two, second) = added(tmp_path / "keys.json"), added(tmp_path / "keys.json")
    assert one.id != two.id
    assert first.split("_", 2)[2] != second.split("_", 2)[2]
    assert set(read(tmp_path / "keys.json")) == {one.id, two.id}


@pytest.mark.parametrize(
    "change",
    [
        lambda written: written[:-1] + ("A" if written[-1] != "A" else "B"),
        lambda written: written[:-1],
        lambda written: written + "A",
        lambda written: written.upper(),
        lambda written: written.replace("isnad_", "isnad_0", 1),
        lambda written: "isnad_00000000_" + written.split("_", 2)[2],
        lambda _: "",
        lambda _: "isnad_é_",
    ],
)
def test_a_key_that_is_not_written_exactly_so_is_none(tmp_path, change):
    _, written = added(tmp_path / "keys.json")
    assert find(read(tmp_path / "keys.json"), change(written), NOW) is None


def test_an_expired_key_is_none_from_that_moment_on(tmp_path):
    key, written = added(tmp_path / "keys.json", expires_at=NOW + timedelta(days=1))
    known = read(tmp_path / "keys.json")
    assert find(known, written, NOW + timedelta(hours=23)) == key
    assert find(known, written, NOW + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [(["read"], {"read"}), (["ingest", "read"], {"ingest", "read"}), (["admin"], {"ingest", "read", "admin"})],
)
def test_admin_includes_the_others_and_no_other_does(tmp_path, scopes, allowed):
    key, _ = added(tmp_path / "keys.json", scopes=scopes)
    assert key.allows() == allowed


def test_only_the_owner_may_read_the_file(tmp_path):
    added(tmp_path / "sub" / "keys.json")
    assert stat.S_IMODE((tmp_path / "sub" / "keys.json").stat().st_mode) == 0o600


def test_without_a_file_there_are_no_keys(tmp_path):
    assert read(tmp_path / "keys.json") == {}


STANDING = {"id": "0000abcd", "name": "x", "scopes": ["read"], "sha256": "", "created_at": "2026-01-01T00:00:00Z"}


def test_a_file_as_this_version_writes_it_is_read(tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"version": 1, "keys": [STANDING]}))
    assert list(read(tmp_path / "keys.json")) == ["0000abcd"]


BROKEN = [
    "",
    "{}",
    "[]",
    '{"version": 1',
    '{"version": 2, "keys": []}',
    '{"version": 1, "keys": [], "more": 1}',
    json.dumps({"version": 1, "keys": [STANDING | {"scopes": ["everything"]}]}),
    json.dumps({"version": 1, "keys": [STANDING | {"only_from": "10.0.0.1"}]}),
    # Nobody can say when that is: compared with another time it would fail at each request.
    *(
        json.dumps({"version": 1, "keys": [STANDING | {name: "2026-01-01T00:00:00"}]})
        for name in ("created_at", "expires_at", "revoked_at")
    ),
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_file_that_is_not_understood_is_refused_as_a_whole(tmp_path, content):
    (tmp_path / "keys.json").write_text(content)
    with pytest.raises(SetupError, match="isnad keys create"):
        read(tmp_path / "keys.json")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "keys.json").write_bytes(b'{"version": 1, "keys": [{"id": "\xff\xfe"}]}')
    with pytest.raises(SetupError, match="isnad keys create"):
        read(tmp_path / "keys.json")


def test_a_file_that_everybody_may_write_is_refused(tmp_path):
    added(tmp_path / "keys.json")
    (tmp_path / "keys.json").chmod(0o666)
    with pytest.raises(SetupError, match="chmod 600"):
        read(tmp_path / "keys.json")


def test_a_folder_in_its_place_is_refused(tmp_path):
    with pytest.raises(SetupError, match="ISNAD_KEYS_FILE"):
        read(tmp_path)


def test_a_change_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path):
    file = tmp_path / "keys.json"
    added(file)
    before = file.read_bytes()

    def fail() -> None:
        with changing(file) as known:
            known.clear()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keys.json", "keys.json.lock"]


def test_a_link_to_the_file_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_text('{"version": 1, "keys": []}')
    (tmp_path / "keys.json").symlink_to(tmp_path / "real.json")
    key, _ = added(tmp_path / "keys.json")
    assert (tmp_path / "keys.json").is_symlink()
    assert key.id in (tmp_path / "real.json").read_text()


def _add_some(file: Path) -> None:
    for _ in range(10):
        added(file)


def test_of_two_writers_at_once_neither_loses_a_key(tmp_path):
    file = tmp_path / "keys.json"
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_add_some, args=(file,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(json.loads(file.read_text())["keys"]) == 30


SERVICE = 54321
"""A user and a group that nobody has."""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file for another user")


def owners(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.lstat().st_uid, path.lstat().st_gid) for path in folder.iterdir()}


@pytest.fixture
def service_folder(tmp_path):
    folder = tmp_path / "isnad"
    folder.mkdir()
    os.chown(folder, SERVICE, SERVICE)
    return folder


@only_root
def test_keys_that_root_makes_in_a_folder_of_the_service_are_the_service_s(service_folder):
    """The lock too, or the service's own user could revoke none of them."""
    added(service_folder / "keys.json")
    assert owners(service_folder) == {"keys.json": (SERVICE, SERVICE), "keys.json.lock": (SERVICE, SERVICE)}


@only_root
def test_keys_that_root_changes_stay_their_owner_s(tmp_path):
    """Wherever they lie; a lock that root left there before is given away as well."""
    file = tmp_path / "keys.json"
    added(file)
    os.chown(file, SERVICE, SERVICE)
    assert owners(tmp_path)["keys.json.lock"] == (0, 0)
    added(file)
    assert owners(tmp_path) == {"keys.json": (SERVICE, SERVICE), "keys.json.lock": (SERVICE, SERVICE)}


@only_root
@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_link_in_the_place_of_the_lock_gives_nothing_away(tmp_path, service_folder, link):
    """The service's user could put one to root's files there."""
    (tmp_path / "shadow").write_text("secret")
    link(tmp_path / "shadow", service_folder / "keys.json.lock")
    with suppress(SetupError):
        added(service_folder / "keys.json")
    assert owners(tmp_path)["shadow"] == (0, 0)
    assert (tmp_path / "shadow").read_text() == "secret"
