"""`python -m isnad_index`: the index service (composition root)."""

import os
import sys

from isnad.launch import launch
from isnad_index.app import NAME, build
from isnad_index.settings import IndexSettings


def main() -> int:
    """Run until told to stop; return the exit status."""
    return launch(NAME, IndexSettings, build, os.environ)  # noqa: TID251  the composition root reads the environment


if __name__ == "__main__":
    sys.exit(main())
