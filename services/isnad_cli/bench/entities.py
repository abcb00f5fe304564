"""`isnad bench entities`: how quickly names are found, and how good they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from isnad_cli.bench.extras import need
from isnad_cli.bench.options import COLUMNS, map_option, more_argument, print_report

if TYPE_CHECKING:
    from isnad_cli.bench.entity_rates import Rates
    from isnad_cli.bench.entity_scores import Development
    from isnad_cli.bench.labelled import Parts

_PROFILES = ("rules", "fast", "default")
_TOGETHER = 100
"""Articles that are tagged in one call, as many as a batch of the chain has."""


@click.command(epilog="Exit status: 0 measured; 2 the corpus can't be read; 1 anything else.")
@click.option(
    "--corpus",
    "corpora",
    multiple=True,
    metavar="PATH…",
    type=click.Path(exists=True, path_type=Path),
    help="Articles as `isnad feed` reads them, or folders of them: time the profiles on these.",
)
@more_argument
@map_option
@click.option(
    "--tagged",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A word and its BIO tag a line (ANERcorp's training split): strict scores on its last sixth.",
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(_PROFILES),
    default=_PROFILES,
    show_default=True,
    help="What is measured; may be given again.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="PROFILE=FOLDER",
    help="Measure this model instead of the one that ships; for --tagged one that was trained with --hold-out.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take only the first N articles.")
@click.option(
    "--transformers",
    "transformer",
    metavar="MODEL",
    help="A transformers model, as ISNAD_ENTITIES_MODEL names it: time it beside a bare loop of ONNX Runtime.",
)
@click.option(
    "--repeat", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="Time everything N times."
)
@click.option(
    "--labels",
    "labels_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Articles labelled by hand (tests/labels/ant.jsonl), to be found in the corpus: say how good the names are.",
)
def entities(
    corpora: tuple[Path, ...],
    more: tuple[Path, ...],
    maps: tuple[str, ...],
    tagged: Path | None,
    profiles: tuple[str, ...],
    models: tuple[str, ...],
    limit: int | None,
    transformer: str | None,
    repeat: int,
    labels_path: Path | None,
) -> None:
    """Say how good and how quick the finding of names is: lists and rules alone, the fast and the default profile.

    The report is JSON on standard output. On a tagged corpus: strict precision, recall and F1 by type on its last
    sixth, of the tagger alone and joined with the lists, by models that were trained on the rest (the fast one is
    trained here where the one that ships has seen all of it). On articles: words a second on one core, by CPU time and
    by the clock, of the tagger and of all that is done with an article, beside reading the words alone.

    A transformers model is timed as isnad runs it, text in to names out, on one core (or on the GPU, if there is one).
    Beside it, in the same run and in turns, the very same batches go through a bare loop of ONNX Runtime.

    Of labelled articles it tells, for those that were looked at while rules were made and those that were not:
    precision and recall of credits by role and of datelines, and which share of the labelled names is found, with the
    right type, and with the right canonical name (tests/labels/README.md says what counts as right).

    \b
    Examples:
      isnad bench entities --tagged anercorp_train.txt --profile fast | jq .development.fast.tagger.overall
      isnad bench entities --corpus archive.jsonl.gz --limit 5000 --profile fast | jq .speed
      isnad bench entities --corpus archive.jsonl.gz --limit 500 --transformers models/arabic-ner > names.json
      isnad bench entities --corpus ant --labels tests/labels/ant.jsonl | jq .labelled.default.held
    """  # noqa: D301  click's mark for lines to be kept as they are
    articles = (*corpora, *more)
    if not articles and (tagged is None or labels_path or transformer):
        raise click.UsageError("Say what to measure on: --corpus PATH, --tagged FILE, or both.")
    # Only here, so that the help is there at once.
    from isnad_cli.bench.profiles import models as folders_of

    folders = dict.fromkeys(profiles) | folders_of(models)
    asked = {name: folders[name] for name in profiles}
    report: dict[str, object] = {}
    if tagged is not None:
        report["development"] = _scored(tagged, asked)
    if articles and labels_path is not None:
        report["labelled"] = {name: _labelled(name, folder, labels_path, articles) for name, folder in asked.items()}
    if articles and transformer is not None:
        report |= _timed(transformer, articles, maps, limit, repeat)
    if articles and labels_path is None and transformer is None:
        report |= _profiles_timed(asked, articles, maps, limit, repeat)
    print_report(report)


def _scored(tagged: Path, profiles: Mapping[str, Path | None]) -> "dict[str, Development]":
    # Only here, so that the help is there at once.
    from isnad_cli.bench.entity_scores import measure
    from isnad_cli.bench.profiles import unseen
    from isnad_entities.training.corpora import sentences, split

    training_part, development = split(sentences(tagged))
    found = {}
    with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(development) * len(profiles))
        for name, folder in profiles.items():
            profile = unseen(name, folder, training_part, lambda doing: progress.update(task, description=doing))
            progress.update(task, description=name)
            found[name] = measure(profile, development, lambda: progress.advance(task))
    return found


def _profiles_timed(
    folders: Mapping[str, Path | None], paths: Sequence[Path], maps: tuple[str, ...], limit: int | None, repeat: int
) -> "dict[str, Rates | object]":
    need("ijson", "charset_normalizer", "numpy")
    # Only here, so that the help is there at once.
    from isnad_cli.bench.corpora import read
    from isnad_cli.bench.machine import calibration, description, one_core
    from isnad_feeder.fields import parse_mapping

    articles = [(one.title, one.body) for one in read(paths, parse_mapping(maps), limit).articles]
    with one_core(), Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        from isnad_cli.bench.entity_rates import measure
        from isnad_cli.bench.profiles import given

        profiles = [given(name, folder) for name, folder in folders.items()]
        task = progress.add_task(", ".join(folders), total=(repeat + 1) * (2 * len(profiles) + 1))
        rates = measure(profiles, articles, repeat, _TOGETHER, lambda: progress.advance(task))
    return {"machine": description(), "calibration": calibration(), "speed": rates}


def _labelled(profile: str, folder: Path | None, labels_path: Path, paths: Sequence[Path]) -> "Parts":
    # Only here, so that the help is there at once.
    from isnad_cli.bench.labelled import measure_labelled
    from isnad_cli.bench.labels import read_labels, read_texts
    from isnad_cli.bench.profiles import given

    labels = read_labels(labels_path)
    texts = read_texts(paths, labels)
    with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"labelled articles, {profile}", total=len(labels))
        return measure_labelled(labels, texts, given(profile, folder).names, lambda: progress.advance(task))


def _timed(
    model: str, paths: Sequence[Path], maps: tuple[str, ...], limit: int | None, repeat: int
) -> dict[str, object]:
    need("ijson", "charset_normalizer", "numpy")
    # Only here, so that the help is there at once.
    from isnad_cli.bench.corpora import read
    from isnad_cli.bench.machine import calibration, description, one_core
    from isnad_feeder.fields import parse_mapping

    articles = [(one.title, one.body) for one in read(paths, parse_mapping(maps), limit).articles]
    with one_core(), Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        from isnad_cli.bench.pretrained import measure

        task = progress.add_task(model, total=repeat + 1)
        rates = measure(model, articles, repeat, _TOGETHER, 1, lambda: progress.advance(task))
    return {"machine": description(), "calibration": calibration(), "transformers": rates}
