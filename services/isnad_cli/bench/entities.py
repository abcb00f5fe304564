"""`isnad bench entities`: how quickly names are found, and how good they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import Progress

from isnad_cli.bench.extras import need
from isnad_cli.bench.options import COLUMNS, corpus_option, map_option, more_argument, print_report

if TYPE_CHECKING:
    from isnad_cli.bench.labelled import Parts


@click.command(epilog="Exit status: 0 measured; 2 the corpus can't be read; 1 anything else.")
@corpus_option
@more_argument
@map_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take only the first N articles.")
@click.option(
    "--transformers",
    "model",
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
    limit: int | None,
    model: str | None,
    repeat: int,
    labels_path: Path | None,
) -> None:
    """Time a transformers model, and say how good names, wire credits and datelines are on labelled articles.

    The model runs as isnad runs it, text in to names out, on one core (or on the GPU, if there is one). Beside it, in
    the same run and in turns, the very same batches go through a bare loop of ONNX Runtime. The report is JSON on
    standard output: words a second of both by CPU time and by the clock, and the share of the bare loop's that is left.

    Of labelled articles it tells, for those that were looked at while rules were made and those that were not:
    precision and recall of credits by role and of datelines, and which share of the labelled names is found, with the
    right type, and with the right canonical name (tests/labels/README.md says what counts as right).

    \b
    Examples:
      isnad bench entities --corpus archive.jsonl.gz --limit 500 --transformers models/arabic-ner > names.json
      isnad bench entities --corpus ../shared/data/ant --labels tests/labels/ant.jsonl | jq .labelled.held
    """  # noqa: D301  click's mark for lines to be kept as they are
    if model is None and labels_path is None:
        raise click.UsageError("Say what to measure: --transformers MODEL, --labels FILE, or both.")
    report: dict[str, object] = {}
    if labels_path is not None:
        report["labelled"] = _labelled(labels_path, (*corpora, *more))
    if model is not None:
        report |= _timed(model, (*corpora, *more), maps, limit, repeat)
    print_report(report)


def _labelled(labels_path: Path, paths: Sequence[Path]) -> "Parts":
    # Only here, so that the help is there at once.
    from isnad_cli.bench.labelled import measure_labelled
    from isnad_cli.bench.labels import read_labels, read_texts
    from isnad_entities.names import names

    labels = read_labels(labels_path)
    texts = read_texts(paths, labels)
    with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("labelled articles", total=len(labels))
        return measure_labelled(labels, texts, names(), lambda: progress.advance(task))


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
        rates = measure(model, articles, repeat, 1, lambda: progress.advance(task))
    return {"machine": description(), "calibration": calibration(), "transformers": rates}
