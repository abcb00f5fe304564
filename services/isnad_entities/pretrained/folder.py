"""Where a model's files lie: the folder that was named, or the hub's cache."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from isnad.errors import SetupError
from isnad_entities.pretrained import hub

_USUAL = ("model.onnx", "onnx/model.onnx")
"""As `isnad entities export` writes it, and as optimum and the hub lay it out."""
_WEIGHTS_BESIDE = ("", "_data", ".data")
"""A large graph keeps its weights in a file of its own."""


def graph_files(file: str = "") -> list[str]:
    """Return what may hold a model's graph: the given ONNX file, or the usual ones, with the weights beside them."""
    return [name + beside for name in ([file] if file else _USUAL) for beside in _WEIGHTS_BESIDE]


@contextmanager
def looking(folder: Path) -> Iterator[None]:
    """Ask in the block what is in a model's folder.

    Raises:
        SetupError: it may not be looked at, or can't be: its name is too long.
    """
    try:
        yield
    except OSError as exc:
        raise SetupError(
            f"The model's folder {folder} can't be read ({exc.strerror}). Let this user read it and what is in it, or "
            "name another model."
        ) from exc


def folder_of(model: str, revision: str, weights: Sequence[str]) -> Path:
    """Return the folder of a model, from the hub if it is no folder here.

    Args:
        model: a folder or a hub id, as `organisation/name`.
        revision: of a hub id: a branch, a tag or a commit; empty is its main branch.
        weights: which files to fetch from the hub beside configuration and tokenizer, those that there are.

    Raises:
        SetupError: there is no such folder or model, it can't be read, or the hub can't be asked.
    """
    try:
        folder = Path(model).expanduser()
    except RuntimeError as exc:
        raise SetupError(f"{model} begins with no user of this machine. Write the folder without ~.") from exc
    with looking(folder):
        if folder.is_dir():
            return folder
        if folder.exists():
            raise SetupError(f"{folder} is a file. Name the folder that holds it, with config.json and the tokenizer.")
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise SetupError(f"There is no folder {folder}. Name a model's folder, or its id on the hub.")
    return hub.fetched(model, revision or None, weights)


def graph_in(folder: Path, model: str, file: str = "") -> Path:
    """Return the ONNX file of a model.

    Raises:
        SetupError: there is none; the text says how to make it.
    """
    with looking(folder):
        for name in [file] if file else _USUAL:
            if (folder / name).is_file():
                return folder / name
    others = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.onnx"))
    if others:
        raise SetupError(
            f"{model} has no {file or ' or '.join(_USUAL)} but {', '.join(others)}. "
            f"Say which: ISNAD_ENTITIES_MODEL_FILE={others[0]}"
        )
    if file:
        raise SetupError(f"{model} has no file {file}. Correct ISNAD_ENTITIES_MODEL_FILE or unset it.")
    raise SetupError(
        f"{model} has no ONNX file ({' or '.join(_USUAL)}). Make one, where torch is installed: "
        f"isnad entities export {model} --output FOLDER; then set ISNAD_ENTITIES_MODEL=FOLDER."
    )
