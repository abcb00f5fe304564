"""Reads the end of a log, what it says of why a process ended, and what is added to it, through rotations."""

import json
import os
import re
import time
from collections import deque
from collections.abc import Generator, Sequence
from pathlib import Path

_LOOK_SECONDS = 0.3
_LOOKED_AT = 200
"""Lines at the end of a log, among which the cause of an end is looked for."""
_FAREWELL = 15
"""Lines that a Java server may say between its fatal exception and its end."""
_FATAL = re.compile(r"fatal exception", re.IGNORECASE)
_FRAME = re.compile(r"at |\.\.\. \d+ more")
_EXCEPTION = re.compile(r"(?:Caused by: )?[\w.$]+(?:Exception|Error): (.+)")
_TAKEN = re.compile(r"failed to bind|address already in use", re.IGNORECASE)


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
    """Return why a process ended, cut to `most` characters.

    That is, the cause of the fatal exception that a Java server ended with, which its farewell hides; else what it
    said last, of a JSON line the error or the message only.
    """
    try:
        lines = [line.strip() for line in last_lines(file, _LOOKED_AT) if line.strip()]
    except OSError:
        return ""
    if not lines:
        return ""
    text = _fatal_cause(lines) or lines[-1]
    try:
        entry = json.loads(text)
        text = (entry.get("exception") or entry.get("message") or text).strip().splitlines()[-1]
    except (ValueError, AttributeError, IndexError):  # not JSON, or not of ours
        pass
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _fatal_cause(lines: Sequence[str]) -> str:
    fatal = max((i for i, line in enumerate(lines) if _FATAL.search(line)), default=None)
    if fatal is None:
        return ""
    rest = [line for line in lines[fatal + 1 :] if not _FRAME.match(line)]
    causes = [found[1] for line in rest if (found := _EXCEPTION.match(line))]
    # More than a farewell after it: the server was started again since then, and ended otherwise.
    if not causes or len(rest) - len(causes) > _FAREWELL:
        return ""
    return next((cause for cause in causes if says_port_is_taken(cause)), causes[0])


def says_port_is_taken(words: str) -> bool:
    """Tell whether a process ended because somebody else listens on its port."""
    return bool(_TAKEN.search(words))
