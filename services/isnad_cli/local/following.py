"""Reads the end of a log, and what is added to it, through rotations."""

import json
import os
import time
from collections import deque
from collections.abc import Generator
from pathlib import Path

_LOOK_SECONDS = 0.3


def last_lines(file: Path, number: int) -> list[str]:
    """Return the last lines of a file."""
    with file.open(encoding="utf-8", errors="replace") as text:
        return list(deque(text, maxlen=number))


def follow(file: Path, number: int) -> Generator[str, None, None]:
    """Yield the last lines of a file, then each that is added, for ever."""
    text = file.open(encoding="utf-8", errors="replace")
    try:
        yield from deque(text, maxlen=number)
        while True:
            came = text.read()
            if came:
                yield came
            elif _replaced(file, text.fileno()):
                text.close()
                text = file.open(encoding="utf-8", errors="replace")
            else:
                time.sleep(_LOOK_SECONDS)
    finally:
        text.close()


def _replaced(file: Path, descriptor: int) -> bool:
    try:
        there = file.stat()
    except FileNotFoundError:  # between the rename and the new file
        return False
    ours = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino)


def last_words(file: Path, most: int = 200) -> str:
    """Return what a process said last, cut to `most` characters: of a JSON line the error or the message only."""
    try:
        lines = [line.strip() for line in last_lines(file, 20) if line.strip()]
    except OSError:
        return ""
    if not lines:
        return ""
    text = lines[-1]
    try:
        entry = json.loads(text)
        text = (entry.get("exception") or entry.get("message") or text).strip().splitlines()[-1]
    except (ValueError, AttributeError, IndexError):  # not JSON, or not of ours
        pass
    return text if len(text) <= most else f"{text[: most - 1]}…"
