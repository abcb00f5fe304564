"""`python -m isnad_entities`: the entities service (composition root)."""

import os
import sys

from isnad import logs, settings
from isnad.errors import IsnadError
from isnad.health import Health
from isnad_entities.app import NAME, build
from isnad_entities.settings import EntitiesSettings


def main() -> int:
    """Run until told to stop; return the exit status."""
    try:
        told = settings.load(EntitiesSettings, os.environ)  # noqa: TID251  the composition root reads the environment
        logs.configure(told, NAME)
        return build(told, Health()).run()
    except IsnadError as exc:
        print(f"isnad-entities: {exc}", file=sys.stderr)  # noqa: T201  the log may not be set up
        return 1


if __name__ == "__main__":
    sys.exit(main())
