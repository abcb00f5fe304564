"""Brings the whole stack up and down: servers, topics, services, in this order."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
from rich.console import Console

from isnad import addresses
from isnad.addresses import Addresses
from isnad.errors import SetupError
from isnad.settings import ServiceSettings, load
from isnad_cli.local import leftovers, packages, room, services, supervision
from isnad_cli.local.accounts import Account, server_account
from isnad_cli.local.elasticsearch_server import ElasticsearchServer
from isnad_cli.local.following import last_words, says_port_is_taken
from isnad_cli.local.home import Home, Run
from isnad_cli.local.kafka_server import KafkaServer
from isnad_cli.local.observation import Row, observe
from isnad_cli.local.packages import Packages
from isnad_cli.local.programs import Program
from isnad_cli.local.services import Choice
from isnad_cli.local.supervision import Supervisor, SupervisorGone

Watch = Callable[[Sequence[Row]], None]
"""Told the state of all processes, about once a second."""

_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.5
_TRIES = 4
"""A process that was started again so often before everything was ready is not waited for any longer."""


class _PortTaken(Exception):
    """A process can't listen on a port that was free when it was chosen."""


@dataclass
class Stack:
    """The stack of one home, in the hands of the process that holds the home.

    Attributes:
        home: where it lives.
        packages_folder: where Java, Kafka and Elasticsearch are, or are to be put.
        environ: what the services see beside what they are told.
        choice: what is started.
        start_seconds: so long the servers, and then the services, may take until they are ready.
    """

    home: Home
    packages_folder: Path
    environ: Mapping[str, str]
    console: Console
    choice: Choice = field(default_factory=Choice)
    start_seconds: float = 180.0
    _supervisor: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self, watch: Watch) -> Addresses:
        """Bring everything up and return when all of it is ready.

        Raises:
            SetupError: something is missing or does not become ready; what had been started still runs.
        """
        self._clear()
        account = server_account()
        account.must_reach(self.home.root)
        account.must_reach(self.packages_folder)
        ready_made = packages.prepare(self.packages_folder, self.console)
        self._check_room()
        groups: dict[str, list[Program]] = {}
        self._supervisor = process = supervision.start(self.home, self.environ)
        self.home.note(Run(mode="attached"))

        where = self._bring_up("servers", lambda: self._servers(ready_made, account), groups, process, watch)
        if "kafka" in self.choice.servers:
            self._create_topics(where.kafka)

        # Their ports are chosen now and not with the servers': what is free may be taken half a minute later.
        servers = where
        return self._bring_up("services", lambda: self._services(servers), groups, process, watch)

    def stop(self) -> None:
        """Take everything down."""
        stop(self.home)
        if self._supervisor:
            self._supervisor.wait()

    def _bring_up(
        self,
        new: str,
        prepare: Callable[[], tuple[list[Program], Addresses]],
        groups: dict[str, list[Program]],
        supervisor: subprocess.Popen[bytes],
        watch: Watch,
    ) -> Addresses:
        """Start a group; once more, with other ports, where somebody took one before its server did."""
        again = False
        while True:
            try:
                groups[new], where = prepare()
            except OSError as exc:
                raise SetupError(
                    f"{exc.filename or self.home.root} can't be used ({exc.strerror}). "
                    "Choose another folder with --home, or make room or correct the owner there."
                ) from exc
            addresses.store(self.home.root, where)
            try:
                self._start_group(groups, new, supervisor, watch, again=again)
            except _PortTaken as exc:
                self.console.print(f"Somebody took a port meanwhile ({exc}), so others are chosen.", soft_wrap=True)
                Supervisor(self.home).remove(new)
                again = True
            else:
                return where

    def _servers(self, ready_made: Packages, account: Account) -> tuple[list[Program], Addresses]:
        port = self._reserve_ports(self.choice.server_ports)
        found: list[Program] = []
        where = Addresses()
        if "kafka" in self.choice.servers:
            kafka = KafkaServer(ready_made, self.home.kafka, account, port["kafka"], port["kafka-controller"])
            kafka.prepare()
            found.append(kafka.program())
            where = msgspec.structs.replace(where, kafka=kafka.address)
        if "elasticsearch" in self.choice.servers:
            elasticsearch = ElasticsearchServer(
                ready_made, self.home.elasticsearch, account, port["elasticsearch"], port["elasticsearch-transport"]
            )
            elasticsearch.prepare()
            found.append(elasticsearch.program())
            where = msgspec.structs.replace(where, elasticsearch=elasticsearch.url)
        return found, where

    def _services(self, where: Addresses) -> tuple[list[Program], Addresses]:
        port = self._reserve_ports(self.choice.service_ports)
        where = msgspec.structs.replace(
            where,
            api=f"http://127.0.0.1:{port['api']}" if "api" in port else where.api,
            services={process: f"http://127.0.0.1:{port[f'{process}-health']}" for process in self.choice.processes},
        )
        found = [
            services.program(process, name, where=where, ports=port, state=self.home.state, keys=self.home.keys)
            for process, name in self.choice.processes.items()
        ]
        for program in found:
            program.directory.mkdir(parents=True, exist_ok=True)
        return found, where

    def _clear(self) -> None:
        """End what an `isnad up` that was killed has left behind."""
        ended = stop(self.home)
        if ended:
            self.console.print(f"Ended {ended} processes that an earlier `isnad up` had left behind.")

    def _check_room(self) -> None:
        needed = room.memory_needed_mib(
            len(self.choice.servers),
            len(self.choice.processes),
            elasticsearch="elasticsearch" in self.choice.servers,
        )
        room.must_suffice(self.home.root, needed, room.free_memory_mib())

    def _reserve_ports(self, asked: Mapping[str, int]) -> dict[str, int]:
        given = Supervisor(self.home).reserve(asked)
        for name, port in given.items():
            if port != asked[name]:
                self.console.print(f"Port {asked[name]} is taken, so {name} listens on {port}.")
        return given

    def _create_topics(self, bootstrap: str) -> None:
        from isnad.kafka import Admin

        settings = load(ServiceSettings, self.environ)
        asyncio.run(Admin(bootstrap, timeout_seconds=60).create(settings.topics.specs(settings.partitions), 1))

    def _give_up(self, missing: Sequence[Row], *, again: bool) -> None:
        for row in missing:
            if row.state == "restarting" and says_port_is_taken(row.detail) and not again:
                raise _PortTaken(f"{row.name}: {row.detail}")
            if row.restarts >= _TRIES:
                raise SetupError(
                    f"{row.name} does not start. It ended {row.restarts} times, at last with: "
                    f"{last_words(self.home.log(row.name)) or 'nothing'} (`isnad logs {row.name}` has the rest)"
                )

    def _start_group(
        self,
        groups: Mapping[str, Sequence[Program]],
        new: str,
        supervisor: subprocess.Popen[bytes],
        watch: Watch,
        *,
        again: bool,
    ) -> None:
        names = {program.name for program in groups[new]}
        if not names:
            return
        Supervisor(self.home).add(groups, new)
        deadline = time.monotonic() + self.start_seconds
        while True:
            rows = observe(self.home)
            watch(rows)
            if supervisor.poll() is not None:
                raise SetupError(
                    f"The supervisor ended. Look at {self.home.log('supervisor')}, then run `isnad up` again."
                )
            ready = {row.name for row in rows if row.state == "ready"}
            if names <= ready:
                return
            missing = [row for row in rows if row.name in names - ready]
            self._give_up(missing, again=again)
            if time.monotonic() > deadline:
                what = "; ".join(
                    f"{row.name} is {row.state}" + (f" ({row.detail})" * bool(row.detail)) for row in missing
                )
                raise SetupError(
                    f"Not ready after {self.start_seconds:.0f} s: {what or new}. "
                    f"Look at `isnad logs {missing[0].name if missing else 'supervisor'}`."
                )
            time.sleep(_LOOK_SECONDS)


def refuse_if_up(home: Home) -> None:
    """Check that no detached stack runs here; one in the foreground holds the home and is refused by that.

    Raises:
        SetupError: one runs.
    """
    noted = home.noted()
    if noted and noted.mode == "detached" and observe(home):
        raise SetupError(f"The stack in {home.root} is already up. See `isnad status`; end it with `isnad down`.")


def stop(home: Home) -> int:
    """Stop everything that runs in this home, in order where that is possible; return how many processes there were."""
    found = leftovers.find(home.root)
    try:
        Supervisor(home).shut_down()
    except SupervisorGone:
        pass
    else:
        psutil.wait_procs(found, _STOP_SECONDS)
    leftovers.end(home.root)
    home.forget()
    return len(found)


@contextmanager
def running(stack: Stack, watch: Watch) -> Iterator[Addresses]:
    """Hold the home, bring the stack up, and take it down at the end, whatever happened.

    Raises:
        SetupError: it is up already, or does not come up; the text says what to do.
    """
    home = stack.home
    home.create()
    with home.held():
        refuse_if_up(home)
        try:
            yield stack.start(watch)
        finally:
            with uninterrupted():
                stack.stop()


def start_detached(stack: Stack, watch: Watch) -> Addresses:
    """Bring the stack up and leave it running; if it does not come up, take down what did.

    Raises:
        SetupError: it is up already, or does not come up; the text says what to do.
    """
    home = stack.home
    home.create()
    with home.held():
        refuse_if_up(home)
        try:
            where = stack.start(watch)
            home.note(Run(mode="detached"))
        except BaseException:
            with uninterrupted():
                stack.stop()
            raise
    return where


def take_down(home: Home) -> int:
    """Stop the stack of this home, whoever started it; return how many processes there were.

    Raises:
        SetupError: an `isnad up` in the foreground does not end, or the stack is another user's.
    """
    if not home.was_used():
        return leftovers.end(home.root)
    holder = home.holder()
    found = len(leftovers.find(home.root))
    if holder:
        try:
            os.kill(holder, signal.SIGTERM)
        except ProcessLookupError:  # it has just ended
            pass
        except PermissionError as exc:
            raise home.not_ours() from exc
        deadline = time.monotonic() + _STOP_SECONDS
        while home.holder() == holder and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
    with home.held():
        return max(found, stop(home))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let signals wait while everything is taken down, which takes its own time at most."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
