"""`python -m isnad_entities`: the entities service (composition root)."""

import os
import sys

from isnad.launch import launch
from isnad_entities.app import NAME, build
from isnad_entities.settings import EntitiesSettings


def main() -> int:
    """Run until told to stop; return the exit status."""
    return launch(NAME, EntitiesSettings, build, os.environ)  # noqa: TID251  the composition root reads the environment


if __name__ == "__main__":
    sys.exit(main())
