"""Look for bytes that break a parser: `make fuzz`, or `python -m tests.fuzz --seconds 300 webpage date`.

Runs atheris (libFuzzer for Python), which keeps the inputs that reach new code, on each target of `targets.py` in a
process of its own. What breaks one is kept under build/fuzz/, and the command to see it again is told.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import click
from tests.fuzz.corpus import FRAGMENTS, ROOT
from tests.unit.memory_folder import IN_MEMORY

FOUND = ROOT / "build" / "fuzz"
MOST_SECONDS = 20
"""An input that takes longer is a finding."""
MOST_MEGABYTES = 2048
LONGEST_BYTES = 8192
_NOISE = ("INFO:", "WARNING:", "stat::", "MS:", "0x", "Base64:")


@click.command()
@click.option(
    "--seconds", type=click.IntRange(1), default=300, show_default=True, help="In all, shared by the targets."
)
@click.option("--again", type=click.Path(exists=True, path_type=Path), help="Run one input that was kept, and stop.")
@click.argument("targets", nargs=-1)
def fuzz(seconds: int, again: Path | None, targets: tuple[str, ...]) -> None:
    """Fuzz the TARGETS, by default all.

    Example: python -m tests.fuzz --seconds 60 webpage
    """
    from tests.fuzz.targets import TARGETS

    unknown = set(targets) - set(TARGETS)
    if unknown:
        raise click.UsageError(f"There is no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}.")
    names = targets or tuple(TARGETS)
    if again:
        TARGETS[names[0]].run(again.read_bytes())
        click.echo(f"{names[0]} takes {again} without a fault.")
        return
    broken = [name for name in names if not _holds(name, max(1, seconds // len(names)))]
    if broken:
        raise click.ClickException(f"{', '.join(broken)}: see above, and build/fuzz/.")
    click.echo(f"{len(names)} targets held for {seconds} s.")


def _holds(name: str, seconds: int) -> bool:
    from tests.fuzz.targets import TARGETS

    folder = FOUND / name
    seeds = folder / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (seeds / f"{number}").write_bytes(seed)
    words = FOUND / "fragments.dict"
    words.write_text("".join(f'"{_escaped(fragment)}"\n' for fragment in FRAGMENTS))
    click.echo(f"{name}: {seconds} s …")
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as scratch:
        run = subprocess.run(
            [
                # libFuzzer ends the process without tidying up.
                *("env", f"TMPDIR={scratch}", sys.executable, "-m", "tests.fuzz.one", name),
                *(f"-max_total_time={seconds}", f"-timeout={MOST_SECONDS}", f"-rss_limit_mb={MOST_MEGABYTES}"),
                *(f"-max_len={LONGEST_BYTES}", f"-dict={words}", f"-artifact_prefix={folder}/", "-verbosity=0"),
                *("-print_final_stats=1", str(_made(folder / "corpus")), str(seeds)),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    said = run.stdout + run.stderr
    if run.returncode == 0:
        inputs = next((line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line), "?")
        click.echo(f"{name}: held for {inputs} inputs")
        return True
    click.echo("\n".join(line for line in said.splitlines() if not line.startswith(_NOISE))[-4000:], err=True)
    for kept in sorted(path for path in folder.iterdir() if path.is_file()):
        click.echo(f"See it again: python -m tests.fuzz --again {kept.relative_to(ROOT)} {name}", err=True)
    return False


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _escaped(fragment: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in fragment.encode("utf-8", "surrogatepass")[:60])


if __name__ == "__main__":
    fuzz(prog_name="python -m tests.fuzz")
