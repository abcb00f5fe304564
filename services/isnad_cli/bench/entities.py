"""`isnad bench entities`: how quickly names are found."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from isnad_cli.bench.extras import need
from isnad_cli.bench.options import COLUMNS, corpus_option, map_option, more_argument, print_report


@click.command(epilog="Exit status: 0 measured; 2 the corpus can't be read; 1 anything else.")
@corpus_option
@more_argument
@map_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Take only the first N articles.")
@click.option(
    "--transformers",
    "model",
    required=True,
    metavar="MODEL",
    help="A transformers model, as ISNAD_ENTITIES_MODEL names it: time it beside a bare loop of ONNX Runtime.",
)
@click.option(
    "--repeat", type=click.IntRange(min=1), default=5, show_default=True, metavar="N", help="Time everything N times."
)
def entities(
    corpora: tuple[Path, ...], more: tuple[Path, ...], maps: tuple[str, ...], limit: int | None, model: str, repeat: int
) -> None:
    """Time a transformers model as isnad runs it, text in to names out, on one core (or on the GPU, if there is one).

    Beside it, in the same run and in turns, the very same batches go through a bare loop of ONNX Runtime. The report is
    JSON on standard output: words a second of both by CPU time and by the clock, and the share of the bare loop's that
    is left.

    \b
    Examples:
      isnad bench entities --corpus archive.jsonl.gz --limit 500 --transformers models/arabic-ner > names.json
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("ijson", "charset_normalizer", "numpy")
    # Only here, so that the help is there at once.
    from isnad_cli.bench.corpora import read
    from isnad_cli.bench.machine import calibration, description, one_core
    from isnad_feeder.fields import parse_mapping

    articles = [(one.title, one.body) for one in read((*corpora, *more), parse_mapping(maps), limit).articles]
    with one_core(), Progress(*COLUMNS, console=Console(stderr=True), transient=True) as progress:
        from isnad_cli.bench.pretrained import measure

        task = progress.add_task(model, total=repeat + 1)
        rates = measure(model, articles, repeat, 1, lambda: progress.advance(task))
    print_report({"machine": description(), "calibration": calibration(), "transformers": rates})
