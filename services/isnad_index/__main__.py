"""`python -m isnad_index`: the index service (composition root)."""

import os
import sys
from functools import partial

import structlog

from isnad import logs, settings
from isnad.elastic import Elastic
from isnad.errors import IsnadError
from isnad.stage import EXIT_SETUP, Stage
from isnad_index.app import indexing
from isnad_index.setting_up import set_up
from isnad_index.settings import IndexSettings
from isnad_index.writing import Writer


def main() -> int:
    """Run until told to stop; return the exit status."""
    try:
        told = settings.load(IndexSettings, os.environ)  # noqa: TID251  the composition root
        logs.configure(told, "index")
        elastic = Elastic(
            told.elasticsearch,
            api_key=told.elasticsearch_api_key,
            ca_file=told.elasticsearch_ca,
            timeout_seconds=told.elasticsearch_seconds,
        )
        stage = Stage(
            "index",
            (told.topics.enriched, told.topics.changes),
            indexing(Writer(elastic), told.topics, told.indexes),
            told,
            startup=(partial(_set_up, elastic, told),),
        )
        return stage.run()
    except IsnadError as exc:
        print(f"isnad-index: {exc}", file=sys.stderr)  # noqa: T201  the log may not be set up
        return EXIT_SETUP


async def _set_up(elastic: Elastic, told: IndexSettings) -> None:
    for name in await set_up(elastic, told.indexes, told.index_replicas):
        structlog.get_logger().warning("A newer isnad made this index template; it stays.", template=name)


if __name__ == "__main__":
    sys.exit(main())
