"""`isnad bench chain`: the CPU time of each stage for an article, beside that of the servers."""

import os
from pathlib import Path

import click
from rich.console import Console

from isnad.errors import RequestError
from isnad.options import home_option
from isnad_cli.bench.extras import need
from isnad_cli.bench.options import corpus_option, map_option, more_argument, print_report
from isnad_cli.local.options import packages_option

_PROFILES = ("default", "fast")


@click.command(epilog="Exit status: 0 measured; 2 the corpus can't be read; 1 anything else.")
@corpus_option
@more_argument
@map_option
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    default=_PROFILES,
    show_default=True,
    metavar="MODEL",
    help="What finds the names, as ISNAD_ENTITIES_MODEL names it; one run for each.",
)
@click.option("--limit", type=click.IntRange(min=2), metavar="N", help="Take only the first N articles.")
@click.option(
    "--warm-up",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="N",
    help="Do not count the first N articles.",
)
@home_option
@packages_option
def chain(
    corpora: tuple[Path, ...],
    more: tuple[Path, ...],
    maps: tuple[str, ...],
    profiles: tuple[str, ...],
    limit: int | None,
    warm_up: int,
    home: Path,
    packages: Path | None,
) -> None:
    """Measure what an article costs each stage of the chain, Kafka and Elasticsearch.

    For each profile a whole stack is started in a temporary home, the articles go through it as fast as they can, and
    all is taken down again. The report is JSON on standard output: milliseconds of CPU for each article by process,
    and articles a second by the clock.

    \b
    Examples:
      isnad bench chain --corpus july/*.zip > chain.json
      isnad bench chain --corpus archive.jsonl.gz --profile fast --limit 5000 | jq .profiles.fast.cpu_milliseconds
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("ijson", "charset_normalizer")
    # Only here, so that the help is there at once.
    from isnad_cli.bench.consumption import MODEL_VARIABLE, measure, messages
    from isnad_cli.bench.machine import calibration, description
    from isnad_feeder.fields import parse_mapping

    environ = dict(os.environ)  # noqa: TID251  the composition root of what it starts
    articles = messages((*corpora, *more), parse_mapping(maps), environ)[:limit]
    if len(articles) <= warm_up:
        raise RequestError(f"There are {len(articles):,} articles, and --warm-up leaves out {warm_up:,}: give more.")
    console = Console(stderr=True)
    found = {}
    with console.status("") as status:
        for profile in profiles:
            found[profile] = measure(
                articles,
                warm_up,
                (packages or home / "packages").absolute(),
                # Not set is the default.
                environ | {MODEL_VARIABLE: "" if profile == "default" else profile},
                console,
                lambda doing, profile=profile: status.update(f"{profile}: {doing}"),  # type: ignore[misc]
            )
    print_report({"machine": description(), "calibration": calibration(), "profiles": found})
