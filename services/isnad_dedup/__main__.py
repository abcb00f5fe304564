"""`python -m isnad_dedup`: the dedup service (composition root)."""

import os
import sys

from isnad.launch import launch
from isnad_dedup.app import NAME, build
from isnad_dedup.settings import DedupSettings


def main() -> int:
    """Run until told to stop; return the exit status."""
    return launch(NAME, DedupSettings, build, os.environ)  # noqa: TID251  the composition root reads the environment


if __name__ == "__main__":
    sys.exit(main())
