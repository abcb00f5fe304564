"""One target under atheris, for `python -m tests.fuzz`: `python -m tests.fuzz.one TARGET [libFuzzer's options]`."""

import sys

import atheris

with atheris.instrument_imports(
    include=[
        *("isnad", "isnad_api", "isnad_dedup", "isnad_entities", "isnad_feeder", "isnad_index", "isnad_prepare"),
        *("trafilatura", "htmldate", "courlan", "email", "zipfile", "urllib"),
    ]
):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Run until the time is over, or until something breaks."""
    target = TARGETS[sys.argv[1]]
    for seed in target.seeds():
        target.run(seed)  # What is read once, at the first use, takes long and is no input's fault.
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
