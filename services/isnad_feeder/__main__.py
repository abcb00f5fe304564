"""`python -m isnad_feeder PATH…`: the feeder by itself, the same as `isnad feed PATH…` (composition root)."""

from isnad.commandline import run
from isnad_feeder.command import feed


def main() -> None:
    """Run the command."""
    run(feed, "python -m isnad_feeder")


if __name__ == "__main__":
    main()
