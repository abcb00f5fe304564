"""`isnad doctor`: can this machine run the local stack, and if not, what is to be done."""

import contextlib
import platform
import shutil
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import click
import msgspec

from isnad.errors import SetupError
from isnad.options import home_option
from isnad_cli.local.options import packages_option


class Finding(msgspec.Struct, frozen=True):
    """What one check found."""

    check: str
    well: bool
    text: str
    """One sentence; where it is not well it says what to do."""


def check_python() -> Finding:
    """The interpreter that everything runs in."""
    version = platform.python_version()
    well = sys.version_info >= (3, 11)
    return Finding("Python", well, version if well else f"{version} is too old. Install Python 3.11 or newer.")


def check_packages() -> Finding:
    """The Python packages of all services and of the local stack: what `isnad[all]` brings here, and no more."""
    from packaging.requirements import Requirement

    asked = [Requirement(text) for text in metadata.requires("isnad") or []]
    meant = {one.name for one in asked if one.marker is None or one.marker.evaluate({"extra": "all"})}
    absent = sorted(name for name in meant if not _is_installed(name))
    if absent:
        text = f"{', '.join(absent)} not installed. Run: pip install 'isnad[all]'"
        return Finding("packages", well=False, text=text)
    return Finding("packages", well=True, text="all installed")


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def check_memory() -> Finding:
    """Whether the whole stack finds room beside what runs now."""
    from isnad_cli.local.room import free_memory_mib, memory_needed_mib

    free, needed = free_memory_mib(), memory_needed_mib(2, 5, elasticsearch=True)
    text = f"{free} MiB free, about {needed} needed"
    return Finding("memory", free >= needed, text if free >= needed else f"{text}. End other programs.")


def check_disk(folder: Path) -> Finding:
    """Whether the data and the packages find room."""
    from isnad_cli.local.room import DISK_MIB

    free = shutil.disk_usage(_existing(folder)).free >> 20
    text = f"{free} MiB free at {folder}, {DISK_MIB} needed"
    well = free >= DISK_MIB
    return Finding("disk", well, text if well else f"{text}. Make room, or choose another folder with --home.")


def check_rights(home: Path, packages: Path) -> Finding:
    """Whether the folders can be written to, and the servers' user can enter them."""
    from isnad_cli.local.accounts import server_account
    from isnad_cli.local.home import Home

    account = server_account()
    Home(home).create()
    account.must_reach(home)
    account.must_reach(packages)
    return Finding("rights", well=True, text=f"Kafka and Elasticsearch run as {account.name}")


def check_downloads(packages: Path) -> Finding:
    """Whether what was downloaded is what was pinned."""
    from isnad_cli.local import artifacts, download

    folder = packages / "maven"
    locked = artifacts.locked()
    broken = download.damaged(locked, folder)
    if broken:
        names = ", ".join(artifact.coordinate for artifact in broken)
        return Finding(
            "downloads", well=False, text=f"damaged: {names}. Delete {folder}; `isnad up` downloads it again."
        )
    # The archive of Elasticsearch is deleted once it is unpacked.
    absent = [a for a in download.missing(locked, folder) if a.packaging == "jar"]
    return Finding("downloads", well=True, text="`isnad up` will download them" if absent else "complete")


def check_ports(home: Path) -> Finding:
    """Which of the usual ports others have taken; no trouble, since others are used then."""
    import psutil

    from isnad_cli.local import leftovers, observation
    from isnad_cli.local.ports import is_free
    from isnad_cli.local.services import PORTS

    own: set[int] = set()
    for process in leftovers.find(home):
        with contextlib.suppress(psutil.Error):  # gone meanwhile
            own |= observation.listening(process)
    taken = [f"{port} ({name})" for name, port in PORTS.items() if port not in own and not is_free(port)]
    text = f"taken: {', '.join(taken)}; `isnad up` uses the next free ones" if taken else "all free"
    if own:
        text = f"{text}, besides those of the stack that runs in this home"
    return Finding("ports", well=True, text=text)


def _existing(folder: Path) -> Path:
    return next(step for step in (folder, *folder.parents) if step.exists())


def examine(home: Path, packages: Path) -> list[Finding]:
    """Run all checks; one that needs a package that is not installed says so itself."""
    checks: dict[str, Callable[[], Finding]] = {
        "Python": check_python,
        "packages": check_packages,
        "memory": check_memory,
        "disk": lambda: check_disk(home),
        "rights": lambda: check_rights(home, packages),
        "downloads": lambda: check_downloads(packages),
        "ports": lambda: check_ports(home),
    }
    found = []
    for name, check in checks.items():
        try:
            found.append(check())
        except SetupError as exc:
            found.append(Finding(name, well=False, text=str(exc)))
        except OSError as exc:
            what = f"{exc.filename or home} can't be looked at ({exc.strerror})"
            found.append(Finding(name, well=False, text=f"{what}. Choose another folder with --home."))
        except ModuleNotFoundError as exc:
            found.append(Finding(name, well=False, text=f"{exc.name} is not installed. Run: pip install 'isnad[all]'"))
    return found


@click.command()
@home_option
@packages_option
@click.option("--json", "as_object", is_flag=True, help="One JSON object instead of lines.")
def doctor(*, home: Path, packages: Path | None, as_object: bool) -> None:
    """Check memory, disk, rights, ports, Python and packages; say what to do about each trouble.

    The exit status is 0 when the local stack can run, else 1.

    \b
    Example:
      isnad doctor
    """  # noqa: D301  click's mark for lines to be kept as they are
    found = examine(home.absolute(), (packages or home / "packages").absolute())
    well = all(finding.well for finding in found)
    if as_object:
        click.echo(msgspec.json.encode({"well": well, "findings": found}))
    else:
        for finding in found:
            mark = click.style("ok     ", fg="green") if finding.well else click.style("trouble", fg="red")
            click.echo(f"{mark}  {finding.check:9}  {finding.text}")
    sys.exit(0 if well else 1)
