"""`isnad`: the one command.

Each subcommand is imported only when it is called, so extras stay optional and help is quick.
"""

import click

from isnad.commandline import LazyGroup, run

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


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
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
