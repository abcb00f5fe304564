"""Builds Elasticsearch's analysis plugin from its Java source, with a compiler that is a plain jar, and installs it."""

import hashlib
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from isnad.errors import SetupError

NAME = "isnad-analysis"


def source() -> Path:
    """Return the folder of the plugin's source: in the installed package, or in the repository."""
    services = Path(__file__).parents[1]
    installed = services / "resources" / "elasticsearch"
    return installed if installed.is_dir() else services.parents[1] / "deploy" / "elasticsearch"


def install(java: Path, compiler: Path, elasticsearch_home: Path) -> None:
    """Compile the plugin into `elasticsearch_home`, unless it is there from the same source.

    Raises:
        SetupError: the source does not compile.
    """
    folder = source()
    descriptor = folder / "plugin-descriptor.properties"
    files = sorted(folder.glob("src/**/*.java"))
    fingerprint = hashlib.sha256(b"\0".join(file.read_bytes() for file in [descriptor, *files])).hexdigest()
    plugins = elasticsearch_home / "plugins"
    target = plugins / NAME
    # Beside the plugin, since Elasticsearch refuses files in its folder that it does not know.
    stamp = elasticsearch_home / f"{NAME}.sha256"
    if target.is_dir() and stamp.is_file() and stamp.read_text() == fingerprint:
        return

    with tempfile.TemporaryDirectory(dir=elasticsearch_home) as scratch:
        classes = Path(scratch) / "classes"
        _compile(java, compiler, elasticsearch_home, files, classes)
        draft = Path(scratch) / NAME
        draft.mkdir()
        shutil.copyfile(descriptor, draft / descriptor.name)
        with zipfile.ZipFile(draft / f"{NAME}.jar", "w", zipfile.ZIP_DEFLATED) as jar:
            for file in sorted(classes.rglob("*.class")):
                jar.write(file, file.relative_to(classes).as_posix())
        # Moved, not copied: a server that starts meanwhile sees the old or the new, never half of one.
        if target.exists():
            target.rename(Path(scratch) / "old")
        draft.rename(target)
    stamp.write_text(fingerprint)


def _compile(java: Path, compiler: Path, elasticsearch_home: Path, files: list[Path], classes: Path) -> None:
    libraries = ":".join(str(jar) for jar in sorted((elasticsearch_home / "lib").glob("*.jar")))
    options = ["-17", "-nowarn", "-proc:none", "-encoding", "UTF-8", "-cp", libraries, "-d", str(classes)]
    command = [str(java), "-jar", str(compiler), *options]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SetupError(
            f"The Elasticsearch plugin in {source()} does not compile. Install isnad again; the compiler said: "
            f"{done.stderr.strip()[-500:]}"
        )
