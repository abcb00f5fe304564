"""Fetches pinned artifacts into a folder: verified by checksum, whole or not there at all, with progress.

jgo knows where artifacts come from (its configuration file can name a mirror); what it brings is believed only when
the checksum agrees. A broken download is repeated. What was fetched once is never asked for again, so everything works
offline afterwards.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import requests
from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver

from isnad.errors import SetupError
from isnad_cli.local.artifacts import Artifact

ATTEMPTS = 5
_PARALLEL = 4
_TIMEOUT_SECONDS = 30

Progress = Callable[[int], None]
"""Told the number of bytes that came; a negative number takes back those of a broken download."""


class _BrokenError(Exception):
    """What came is not the artifact."""


def missing(artifacts: Sequence[Artifact], folder: Path) -> list[Artifact]:
    """Return those that are not in the folder, whole."""
    return [a for a in artifacts if not _is_there(folder / a.path, a.size)]


def _is_there(file: Path, size: int) -> bool:
    try:
        return file.stat().st_size == size
    except OSError:
        return False


def fetch(
    artifacts: Sequence[Artifact],
    folder: Path,
    progress: Progress,
    *,
    repositories: dict[str, str] | None = None,
    pause_seconds: float = 1.0,
) -> None:
    """Bring those artifacts that are missing into `folder`, laid out as Maven does.

    `repositories` (name to base address) stands in for what jgo is configured with. Between attempts the wait doubles,
    from `pause_seconds`.

    Raises:
        SetupError: an artifact could not be had, or not with the right checksum, after `ATTEMPTS` attempts.
    """
    if repositories is None:
        repositories = {**GlobalSettings.load().repositories, **MavenContext().remote_repos}
    fetching = _Fetching(folder, progress, repositories, pause_seconds)
    # The big one first, so that the small ones come beside it.
    wanted = sorted(missing(artifacts, folder), key=lambda a: -a.size)
    with ThreadPoolExecutor(_PARALLEL) as pool:
        try:
            for future in [pool.submit(fetching.patiently, artifact) for artifact in wanted]:
                future.result()
        finally:
            # After Ctrl-C, or the failure of one, the others are not waited for.
            fetching.given_up.set()
            pool.shutdown(cancel_futures=True)
            shutil.rmtree(fetching.drafts, ignore_errors=True)


@dataclass(frozen=True)
class _Fetching:
    folder: Path
    progress: Progress
    repositories: dict[str, str]
    pause_seconds: float
    given_up: Event = field(default_factory=Event)

    @property
    def drafts(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.part")

    def patiently(self, artifact: Artifact) -> None:
        trouble: Exception | None = None
        for attempt in range(ATTEMPTS):
            if attempt and self.given_up.wait(self.pause_seconds * 2 ** (attempt - 1)):
                return
            try:
                self._once(artifact)
            # RuntimeError is jgo's answer to an artifact that no repository has.
            except (_BrokenError, requests.RequestException, RuntimeError) as exc:
                trouble = exc
            except OSError as exc:
                raise SetupError(
                    f"{self.folder} can't be written to ({exc.strerror}). Make room or rights there, then try again."
                ) from exc
            else:
                return
        raise SetupError(
            f"{artifact.coordinate} could not be downloaded in {ATTEMPTS} attempts ({_short(trouble)}). "
            "Check the network connection and run the command again; what is already here is kept."
        ) from trouble

    def _once(self, artifact: Artifact) -> None:
        draft = self.drafts / artifact.path
        draft.unlink(missing_ok=True)
        came = 0

        @contextmanager
        def count(_name: str, _size: int) -> Iterator[Progress]:
            def update(chunk: int) -> None:
                nonlocal came
                if self.given_up.is_set():
                    raise _BrokenError("given up")
                came += chunk
                self.progress(chunk)

            yield update

        context = MavenContext(
            resolver=PythonResolver(progress_callback=count),
            repo_cache=self.drafts,
            remote_repos=self.repositories,
            timeout=_TIMEOUT_SECONDS,
        )
        try:
            wanted = context.project(artifact.group, artifact.name).at_version(artifact.version)
            context.resolver.download(wanted.artifact(packaging=artifact.packaging))
            _check(draft, artifact)
            target = self.folder / artifact.path
            target.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(target)
        except BaseException:
            self.progress(-came)
            draft.unlink(missing_ok=True)
            raise


def damaged(artifacts: Sequence[Artifact], folder: Path) -> list[Artifact]:
    """Return those whose file is there and is not what was pinned."""
    found = []
    for artifact in artifacts:
        try:
            _check(folder / artifact.path, artifact)
        except FileNotFoundError:
            continue
        except _BrokenError:
            found.append(artifact)
    return found


def _check(file: Path, artifact: Artifact) -> None:
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != artifact.sha256:
        raise _BrokenError(f"its checksum is {found[:12]}… instead of {artifact.sha256[:12]}…")


def _short(trouble: Exception | None) -> str:
    """The first line of an error, without the addresses and tracebacks that network libraries pack into theirs."""
    if isinstance(trouble, requests.ConnectionError):
        return "no connection"
    if isinstance(trouble, RuntimeError):
        return "not found where artifacts are looked for"
    return str(trouble).partition("\n")[0]
