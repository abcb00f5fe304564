"""The ways to find names that `isnad bench entities` measures, and what each was trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from isnad.errors import RequestError, SetupError
from isnad_entities.lists.lexicon import lexicon
from isnad_entities.lists.vocabulary import vocabulary
from isnad_entities.names import Names
from isnad_entities.tagging.tagger import Tagger
from isnad_entities.training.corpora import Sentence

RULES, FAST, DEFAULT = "rules", "fast", "default"
PROFILES = (RULES, FAST, DEFAULT)

HELD_OUT = "the last sixth"
"""What a model's own facts say of one that may be measured on the development split."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to find names."""

    name: str
    tagger: Tagger | None
    """None is lists and rules alone."""
    trained: str
    """On what, for the report."""

    @property
    def names(self) -> Names:
        """The finder: the tagger joined with the lists."""
        return Names(lexicon(), vocabulary(), self.tagger)


def given(name: str, folder: Path | None) -> Profile:
    """Return a profile with the model in a folder, or as it ships, whatever it was trained on.

    Raises:
        SetupError: its model is missing or damaged.
    """
    tagger = None if name == RULES else _load(name, folder or _shipped_folder(name))
    return Profile(name, tagger, folder.name if folder else "as it ships")


def unseen(name: str, folder: Path | None, training_part: Sequence[Sentence], say: Callable[[str], None]) -> Profile:
    """Return a profile that has not seen the development split.

    A model of the fast profile that has seen it is trained anew on the rest, with its own classes of words.

    Args:
        name: which one.
        folder: a model in place of the one that ships.
        training_part: the corpus without the development split.
        say: is told what is being done.

    Raises:
        RequestError: the model has seen it, and training it takes too long for here.
        SetupError: the model is missing or damaged.
    """
    if name == RULES:
        return Profile(name, None, "nothing: lists and rules by hand")
    folder = folder or _shipped_folder(name)
    if _held_out(name, folder):
        return Profile(name, _load(name, folder), f"{folder.name}: the corpus without {HELD_OUT}")
    if name != FAST:
        raise RequestError(
            f"The model of the {name} profile in {folder} has seen the whole corpus, so nothing can be measured on it. "
            "Give one that has not: isnad entities train --help"
        )
    say("fast: training on the rest")
    return Profile(name, _trained_anew(folder, training_part), f"here, on the corpus without {HELD_OUT}")


def models(named: Sequence[str]) -> dict[str, Path]:
    """Return the folders of `profile=folder` arguments by profile.

    Raises:
        RequestError: one is no profile with a folder.
    """
    found: dict[str, Path] = {}
    for one in named:
        name, equals, folder = one.partition("=")
        if not equals or name not in (FAST, DEFAULT) or not Path(folder).is_dir():
            raise RequestError(f"{one!r} is no model. Say which: --model {FAST}=FOLDER or --model {DEFAULT}=FOLDER")
        found[name] = Path(folder)
    return found


def _shipped_folder(name: str) -> Path:
    with as_file(files("isnad_entities") / "models" / name) as folder:
        if not folder.is_dir():
            raise SetupError(f"The model of the {name} profile is missing. Install isnad again.")
        return folder


def _load(name: str, folder: Path) -> Tagger:
    from isnad_entities.tagging.fast import tagger as fast

    if name == FAST:
        return fast.load(folder / fast.MODEL_FILE)
    from isnad_entities.tagging.neural.tagger import load

    return load(folder, lexicon(), vocabulary())


def _held_out(name: str, folder: Path) -> bool:
    from isnad_entities.tagging.fast import model_file
    from isnad_entities.tagging.fast.tagger import MODEL_FILE

    if name == FAST:
        return model_file.read(folder / MODEL_FILE).trained.get("held out") == HELD_OUT
    from isnad_entities.tagging.neural import folder as neural

    return neural.read(folder).manifest.trained.get("held out") == HELD_OUT


def _trained_anew(folder: Path, training_part: Sequence[Sentence]) -> Tagger:
    from isnad_entities.tagging.fast import model_file
    from isnad_entities.tagging.fast.tagger import MODEL_FILE, classes_of
    from isnad_entities.training.fast import Settings, Trainer, curves

    trainer = Trainer(classes_of(model_file.read(folder / MODEL_FILE)), Settings())
    return trainer.tagger(trainer.learn(training_part), curves(trainer.calibrate(training_part)))
