"""`isnad`: the one command.

Each subcommand is imported only when it is called, so extras stay optional and help is quick.
"""

import difflib
import importlib
from typing import Any

import click

from isnad.commandline import run

COMMANDS = {
    "demo": ("isnad_cli.demo.command:demo", "Run the whole chain on the seed articles and show the result."),
    "up": ("isnad_cli.local.command:up", "Start Kafka, Elasticsearch and all services on this machine."),
    "down": ("isnad_cli.local.command:down", "Stop what `up` started; the data stays."),
    "status": ("isnad_cli.local.command:status", "Show what runs, since when, and what it waits for."),
    "logs": ("isnad_cli.local.command:logs", "Show a service's log."),
    "reset": ("isnad_cli.local.command:reset", "Delete the local stack's data (asks first)."),
    "feed": ("isnad_feeder.command:feed", "Send articles from files to the chain."),
    "search": ("isnad_cli.search:search", "Search the articles, in Arabic."),
    "explain": ("isnad_cli.explain:explain", "Show why two articles are linked: the words that both have."),
    "dedup": ("isnad_dedup.offline.command:dedup", "Find reprints in a file, without Kafka."),
    "entities": ("isnad_entities.command:entities", "Find names in a file, without Kafka; train models."),
    "bench": ("isnad_cli.bench.command:bench", "Measure the dedup, beside other libraries."),
    "topics": ("isnad_cli.topics:topics", "Create or check the topics."),
    "delete": ("isnad_cli.delete:delete", "Take articles down, for good."),
    "restore": ("isnad_cli.delete:restore", "Take a takedown back."),
    "dead": ("isnad_cli.dead.command:dead", "Look at what could not be processed, replay or drop it."),
    "keys": ("isnad_cli.keys:keys", "Make, list and revoke keys for the API."),
    "rights": ("isnad_cli.rights:rights", "Print what each service has to be allowed in Kafka and Elasticsearch."),
    "replay": ("isnad_cli.replay.command:replay", "Put a topic's history through a stage again."),
    "content": ("isnad_cli.content:content", "Count and hash what stands in Elasticsearch."),
    "doctor": ("isnad_cli.doctor:doctor", "Check that this machine can run the local stack."),
    "schemas": ("isnad_cli.schemas:schemas", "Write the records' JSON Schemas."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        if cmd_name not in COMMANDS:
            if alike := difflib.get_close_matches(cmd_name, COMMANDS, n=1):
                raise click.UsageError(f"There is no command {cmd_name!r}. Did you mean `isnad {alike[0]}`?")
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: Any = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101  the table above is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="isnad")
def cli() -> None:
    """Isnad (إسناد): who had the report first, who reprinted it, and who is in it.

    Start with `isnad demo`, or with `isnad up` and `isnad feed FILE`.
    """


def main() -> None:
    """Run the command."""
    run(cli, "isnad")


if __name__ == "__main__":
    main()
