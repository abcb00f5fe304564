"""`python -m isnad_prepare`: the prepare service (composition root)."""

import os
import sys

from isnad.launch import launch
from isnad_prepare.app import NAME, build
from isnad_prepare.settings import PrepareSettings


def main() -> int:
    """Run until told to stop; return the exit status."""
    return launch(NAME, PrepareSettings, build, os.environ)  # noqa: TID251  the composition root reads the environment


if __name__ == "__main__":
    sys.exit(main())
