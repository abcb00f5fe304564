"""`isnad entities`: find the names in a file of articles, without Kafka; beside it what makes and exports models."""

import os
from collections import Counter
from pathlib import Path
from typing import get_args

import click

from isnad import settings
from isnad.clock import SystemClock
from isnad.commandline import LazyGroup
from isnad.linefiles import must_not_overwrite, opened, written
from isnad.messages import EntityType
from isnad.offline import Reading, summary
from isnad.options import NamedPath
from isnad_entities.enrich import named, passages, wires
from isnad_entities.finder import finder as finder_of
from isnad_entities.lines import read_line, write_line
from isnad_entities.settings import EntitiesModel
from isnad_entities.stretches import stretches

_SHOW_EVERY = 100
_TYPES: tuple[str, ...] = get_args(EntityType)

COMMANDS = {
    "train": ("isnad_entities.training.command:train", "Train a model of names from a tagged corpus and news."),
    "export": ("isnad_entities.pretrained.command:export", "Make the ONNX file of a transformers model."),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND …]",
    epilog="Exit status: 0 done, 2 the input is not as it must be (no file is written), 1 anything else.",
)
@click.option("--input", "source", metavar="FILE", type=NamedPath(), help="Articles, one a line.")
@click.option(
    "--output",
    "target",
    metavar="FILE",
    type=NamedPath(),
    help="Names, one article a line.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out lines that are no articles, and count them.")
@click.option(
    "--model",
    metavar="NAME",
    help="What finds the names: default, fast, or a transformers model's folder or hub id; ISNAD_ENTITIES_MODEL says "
    "it too.",
)
@click.pass_context
def entities(
    ctx: click.Context, source: Path | None, target: Path | None, model: str | None, *, skip_bad: bool
) -> None:
    """Find the people, places, organisations and events that Arabic articles name.

    Input lines (.gz is unpacked, - is standard input); a missing title or body counts as empty:

    \b
      {"id": "…", "title": "…", "body": "…"}

    Output lines, in the same order (.gz is packed, - is standard output):

    \b
      {"id": "…", "entities": [{"type": "PER|LOC|ORG|MISC", "text": "…", "field": "title|body",
       "start": 0, "end": 5, "canonical": "…"}]}

    `start` and `end` count Unicode code points of the field; the text between them is the name without clitics, and
    `canonical` is one spelling for all writings of it. It is the same code and the same model as the running chain's.

    \b
    Examples:
      isnad entities --input articles.jsonl --output entities.jsonl
      zcat archive/*.gz | isnad entities --input - --output - | head
      isnad entities --model models/arabic-ner --input articles.jsonl --output entities.jsonl
    """  # noqa: D301  click's mark for lines to be kept as they are
    if ctx.invoked_subcommand is not None:
        return
    if source is None or target is None:
        raise click.UsageError(f"Missing option '{'--input' if source is None else '--output'}'.")
    must_not_overwrite([source], target)
    environ = os.environ  # noqa: TID251  a command's own root: its options are the only other thing that it is told
    told = settings.access(EntitiesModel, "ISNAD_ENTITIES_MODEL", environ, **({} if model is None else {"name": model}))
    _find(source, target, told, skip_bad=skip_bad)


def _find(source: Path, target: Path, model: EntitiesModel, *, skip_bad: bool) -> None:
    clock = SystemClock()
    finder, wire_finder = finder_of(model), wires()
    started = clock.monotonic()
    kinds: Counter[str] = Counter()
    with (
        opened(source) as lines,
        written(target) as found,
        Reading(lines.size, skip_bad=skip_bad, show_every=_SHOW_EVERY) as reading,
    ):
        articles = reading.each(lines, read_line)
        texts = ((one, passages(one.title or "", one.body or "")) for one in articles)
        for stretch in stretches(texts, lambda one: sum(map(len, one[1]))):
            finder.read_ahead(passage for _, read in stretch for passage in read)
            for article, read in stretch:
                mentions, _ = named(read, None, article.author, finder, wire_finder)
                found.write(write_line(article.id, mentions))
                kinds.update(mention.type for mention in mentions)
    seconds = clock.monotonic() - started
    click.echo(summary(reading.articles, kinds, _TYPES, seconds, reading.left_out), err=True)
