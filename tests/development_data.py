"""Corpora for development, which are no part of the project: tests that need one skip where it is not there."""

import os
from pathlib import Path

import pytest


def corpus(name: str) -> Path:
    """Return what has that name in ISNAD_TEST_DATA, else in `../shared/data`; skips the test where it is not there."""
    folder = Path(os.environ.get("ISNAD_TEST_DATA", "../shared/data"))  # noqa: TID251  a test's own setting
    if not (folder / name).exists():
        pytest.skip(f"{name} is not in {folder}: ISNAD_TEST_DATA names the folder of the corpora for development")
    return folder / name
