"""Start dedup: `python -m isnad_dedup`, told by the environment (see `settings.py`)."""

import os
import sys

from isnad import logs
from isnad.errors import SetupError
from isnad.health import Health
from isnad.settings import load
from isnad_dedup.app import NAME, build
from isnad_dedup.settings import DedupSettings


def main() -> int:
    """Run until told to stop; return the exit status."""
    try:
        settings = load(DedupSettings, os.environ)  # noqa: TID251  the composition root reads the environment
    except SetupError as exc:
        sys.stderr.write(f"isnad-dedup: {exc}\\n")
        return 1
    logs.configure(settings, NAME)
    return build(settings, Health()).run()


if __name__ == "__main__":
    sys.exit(main())
