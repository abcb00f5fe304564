"""`isnad`: the one command. Each subcommand is imported only when it is called, so extras stay optional and help is quick."""

import importlib
import sys
from typing import Any

import click

from isnad.errors import IsnadError, RequestError

COMMANDS = {
    "demo": ("isnad_cli.demo:demo", "Run the whole chain on the seed articles and show the result."),
    "up": ("isnad_cli.local.command:up", "Start Kafka, Elasticsearch and all services on this machine."),
    "down": ("isnad_cli.local.command:down", "Stop what `up` started; the data stays."),
    "status": ("isnad_cli.local.command:status", "Show what runs, since when, and what it waits for."),
    "logs": ("isnad_cli.local.command:logs", "Show a service's log."),
    "reset": ("isnad_cli.local.command:reset", "Delete the local stack's data (asks first)."),
    "feed": ("isnad_feeder.command:feed", "Send articles from files to the chain."),
    "search": ("isnad_cli.search:search", "Search the articles, in Arabic."),
    "dedup": ("isnad_dedup.command:dedup", "Find reprints in a file, without Kafka."),
    "entities": ("isnad_entities.command:entities", "Find names in a file, without Kafka."),
    "topics": ("isnad_cli.topics:topics", "Create or check the topics."),
    "dead": ("isnad_cli.dead:dead", "Look at what could not be processed."),
    "doctor": ("isnad_cli.doctor:doctor", "Check that this machine can run the local stack."),
    "schemas": ("isnad_cli.schemas:schemas", "Write the records' JSON Schemas."),
}


class _Lazy(click.Group):
    """A group whose commands are imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        try:
            command: Any = getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as exc:
            if exc.name and exc.name.partition(".")[0].startswith("isnad"):
                raise
            raise click.ClickException(
                f"`isnad {cmd_name}` needs the package {exc.name!r}. Install what it needs: pip install 'isnad[all]'"
            ) from exc
        assert isinstance(command, click.Command)  # noqa: S101  the table above is ours
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="isnad")
def cli() -> None:
    """Isnad (إسناد): who had the report first, who reprinted it, and who is in it.

    Start with `isnad demo`, or with `isnad up` and `isnad feed FILE`.
    """


def main() -> None:
    """Run the command; an error that isnad raised on purpose is one sentence and an exit status, never a traceback."""
    try:
        cli(prog_name="isnad")
    except RequestError as exc:
        click.echo(f"isnad: {exc}", err=True)
        sys.exit(2)
    except IsnadError as exc:
        click.echo(f"isnad: {exc}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
