"""Keeps the processes of the local stack running with supervisor (supervisord): its settings, start and answers.

A process that exits is started again; each time it does so within `_STABLE_SECONDS` of its start, the wait before the
next start grows by a second.
"""

import http.client
import os
import resource
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import msgspec
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from isnad.errors import SetupError
from isnad_cli.local.home import Home
from isnad_cli.local.leftovers import MARK
from isnad_cli.local.programs import Program

_STABLE_SECONDS = 10
_START_SECONDS = 15.0
_MODEL = "ISNAD_ENTITIES_MODEL"
_FILES = 65536
"""Open files that the servers may have, where the system allows so many."""


class Process(msgspec.Struct, frozen=True):
    """A process as the supervisor sees it."""

    name: str
    statename: str
    """Supervisor's own words: STARTING, RUNNING, BACKOFF, STOPPING, STOPPED, EXITED, FATAL."""
    pid: int
    start: int
    """Seconds since 1970."""
    now: int
    restarts: int = 0


class SupervisorGone(Exception):
    """No supervisor answers."""


def settings(groups: Mapping[str, Sequence[Program]], home: Home) -> str:
    """Return the supervisor's settings file.

    Groups are stopped one after the other from the last to the first; the programs of a group all at once.
    """
    lines = [
        "[unix_http_server]",
        f"file={_escaped(home.socket)}",
        "chmod=0700",
        "[supervisord]",
        "nodaemon=true",
        "silent=true",
        "umask=022",
        f"directory={_escaped(home.root)}",
        f"pidfile={_escaped(home.run / 'supervisor.pid')}",
        f"logfile={_escaped(home.log('supervisor'))}",
        "logfile_maxbytes=1MB",
        "logfile_backups=1",
        f"childlogdir={_escaped(home.logs)}",
        # Said out loud, since it warns of a root that was not meant.
        *(["user=root"] if os.geteuid() == 0 else []),
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "[rpcinterface:isnad]",
        "supervisor.rpcinterface_factory=isnad_cli.local.extension:make_rpcinterface",
    ]
    for priority, (group, programs) in enumerate(groups.items()):
        lines += [f"[group:{group}]", f"programs={','.join(p.name for p in programs)}", f"priority={priority}"]
        for program in programs:
            lines += _program(program, home)
    return "\n".join(lines) + "\n"


def _program(program: Program, home: Home) -> list[str]:
    command = program.command
    environment = [f"{name}={value}" for name, value in program.environment.items()]
    if program.inherits:
        command = ("/usr/bin/env", *environment, *command)
    else:
        command = ("/usr/bin/env", "-i", f"PATH={os.defpath}", f"{MARK}={home.root}", *environment, *command)
    return [
        f"[program:{program.name}]",
        f"command={_escaped(shlex.join(command))}",
        f"directory={_escaped(program.directory)}",
        *([f"user={program.user}"] if program.user and os.geteuid() == 0 else []),
        "autostart=false",
        "autorestart=true",
        f"startsecs={_STABLE_SECONDS}",
        # Never given up: whoever mends the cause should not have to start it by hand too.
        "startretries=1000000",
        f"stopwaitsecs={program.stop_seconds}",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_escaped(home.log(program.name))}",
        "stdout_logfile_maxbytes=10MB",
        "stdout_logfile_backups=2",
    ]


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def seen_from_anywhere(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the folder of a model of names, if it names one, from the root.

    The processes run in folders of their own, and the user has named it from his.
    """
    model = environ.get(_MODEL, "")
    is_folder = model not in ("", "default", "fast") and Path(model).is_dir()
    return {**environ, _MODEL: str(Path(model).absolute())} if is_folder else dict(environ)


def start(home: Home, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a supervisor that has nothing to do yet, and return when it answers.

    Raises:
        SetupError: it ended or does not answer.
    """
    home.supervisor.write_text(settings({}, home))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    output = home.log("supervisor-output")
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(home.supervisor)],
            env={**seen_from_anywhere(environ), MARK: str(home.root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C on the terminal is for `isnad up` alone, which then stops everything in order.
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            Supervisor(home).processes()
        except SupervisorGone:
            time.sleep(0.05)
        else:
            return process
    process.kill()
    process.wait()
    raise SetupError(f"The supervisor did not start ({output.read_text().strip()[-300:]}). Run `isnad doctor`.")


class _Rpc(Protocol):
    supervisor: Any
    isnad: Any


class Supervisor:
    """Talks to the supervisor of a home. Every method raises SupervisorGone where there is none."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def processes(self) -> list[Process]:
        """Return all processes, in the order in which they were given."""
        found = self._call(lambda rpc: rpc.supervisor.getAllProcessInfo())
        restarts: dict[str, int] = self._call(lambda rpc: rpc.isnad.counts())
        return [msgspec.convert({**one, "restarts": restarts.get(one["name"], 0)}, Process) for one in found]

    def reserve(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Return a port for each name, the wanted one or the next free one, held until the supervisor ends.

        Raises:
            SetupError: too many are taken.
        """
        given: dict[str, int] | str = self._call(lambda rpc: rpc.isnad.reserve(dict(wanted)))
        if isinstance(given, str):
            raise SetupError(given)
        return given

    def add(self, groups: Mapping[str, Sequence[Program]], new: str) -> None:
        """Tell it of a new group, beside those that it knows, and start its processes without waiting for them."""
        self._home.supervisor.write_text(settings(groups, self._home))
        self._call(lambda rpc: rpc.supervisor.reloadConfig())
        self._call(lambda rpc: rpc.supervisor.addProcessGroup(new))
        self._call(lambda rpc: rpc.supervisor.startProcessGroup(new, False))  # noqa: FBT003  XML-RPC has no names

    def remove(self, group: str) -> None:
        """Stop the processes of a group and forget it."""
        self._call(lambda rpc: rpc.supervisor.stopProcessGroup(group))
        self._call(lambda rpc: rpc.supervisor.removeProcessGroup(group))

    def shut_down(self) -> None:
        """Begin to stop everything in order, the supervisor itself at last."""
        self._call(lambda rpc: rpc.supervisor.shutdown())

    def _call(self, ask: Any) -> Any:  # noqa: ANN401  XML-RPC answers have no types
        path: Path = self._home.socket
        transport = SupervisorTransport(None, None, f"unix://{path}")
        try:
            # The address is never used, the transport has its own.
            with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
                return ask(cast("_Rpc", proxy))
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as exc:
            raise SupervisorGone from exc
        finally:
            transport.close()
