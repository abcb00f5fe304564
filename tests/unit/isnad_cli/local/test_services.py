"""What is started, how many of it, and what each service is told."""

from pathlib import Path

import pytest

from isnad.addresses import Addresses
from isnad.errors import RequestError
from isnad_cli.local.services import Choice, program


def test_everything_once_unless_told_otherwise() -> None:
    """Two servers and five services, each a single process under its own name."""
    choice = Choice()
    assert choice.servers == ("kafka", "elasticsearch")
    assert list(choice.processes) == ["prepare", "dedup", "entities", "index", "api"]


def test_workers_are_numbered_from_the_second() -> None:
    """`entities` stays the name of the first, so that it means the same with one worker or with three."""
    choice = Choice(workers={"entities": 3})
    assert [name for name, service in choice.processes.items() if service == "entities"] == [
        "entities",
        "entities-2",
        "entities-3",
    ]


def test_every_process_asks_for_its_own_port() -> None:
    """Two servers with two ports each, the API's own, and one health port a process."""
    choice = Choice(workers={"prepare": 2})
    asked = [*choice.server_ports.values(), *choice.service_ports.values()]
    assert len(set(asked)) == len(asked) == 4 + 1 + 6


@pytest.mark.parametrize(
    ("names", "workers", "sentence"),
    [
        (("kafak",), {}, "no service 'kafak'. Choose from kafka, elasticsearch"),
        (("kafka", "index"), {}, "index needs elasticsearch too: --only elasticsearch,kafka,index"),
        (("kafka", "elasticsearch", "api"), {"api": 2}, "only one api"),
        (("kafka",), {"kafka": 2}, "only one kafka"),
        (("kafka", "prepare"), {"prepare": 0}, "0 workers of prepare are none"),
        (("kafka",), {"prepair": 2}, "no service 'prepair'"),
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence(
    names: tuple[str, ...], workers: dict[str, int], sentence: str
) -> None:
    """A wrong name or number is the caller's to correct, before anything is started."""
    with pytest.raises(RequestError, match=sentence):
        Choice(names, workers)


def test_a_service_is_told_where_everything_is(tmp_path: Path) -> None:
    """Addresses, its health port, loopback, JSON logs; only the API has a port of its own."""
    ports = {"dedup-health": 8402, "api-health": 8405, "api": 8400}
    where = Addresses(kafka="127.0.0.1:9192", elasticsearch="http://127.0.0.1:9201")
    dedup = program("dedup", "dedup", where=where, ports=ports, state=tmp_path, keys=tmp_path / "keys.json")
    api = program("api", "api", where=where, ports=ports, state=tmp_path, keys=tmp_path / "keys.json")
    second = program(
        "dedup-2", "dedup", where=where, ports={"dedup-2-health": 8406}, state=tmp_path, keys=tmp_path / "keys.json"
    )
    assert dedup.command[1:] == ("-m", "isnad_dedup")
    assert dedup.environment["ISNAD_KAFKA"] == "127.0.0.1:9192"
    assert dedup.environment["ISNAD_ELASTICSEARCH"] == "http://127.0.0.1:9201"
    assert dedup.environment["ISNAD_HEALTH_PORT"] == "8402"
    assert dedup.environment["ISNAD_LOG_FORMAT"] == "json"
    assert dedup.environment["ISNAD_STATE_FOLDER"] == str(tmp_path / "dedup")
    assert second.environment["ISNAD_STATE_FOLDER"] == str(tmp_path / "dedup")
    assert "ISNAD_STATE_FOLDER" not in api.environment
    assert "ISNAD_API_PORT" not in dedup.environment
    assert api.environment["ISNAD_KEYS_FILE"] == str(tmp_path / "keys.json")
    assert (api.environment["ISNAD_API_HOST"], api.environment["ISNAD_API_PORT"]) == ("127.0.0.1", "8400")
