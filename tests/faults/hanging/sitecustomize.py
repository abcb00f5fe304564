"""Lets a Python process hang on demand: alive, and consuming nothing. Python imports it at the start, by PYTHONPATH.

When the file that HANG names appears, it is deleted, and what it says comes true: `work` keeps every thread that work
could be done in occupied, while the event loop goes on (heartbeats are sent, probes answered); `loop` stops the event
loop of the main thread.
"""

import asyncio
import gc
import os
import threading
import time
from pathlib import Path

_SECONDS = 3600
_THREADS = 64
"""More than an event loop has."""


def _main_loop() -> asyncio.AbstractEventLoop | None:
    main = threading.main_thread().ident
    loops = [one for one in gc.get_objects() if isinstance(one, asyncio.BaseEventLoop) and one.is_running()]
    return next((loop for loop in loops if loop._thread_id == main), None)


def _occupy(loop: asyncio.AbstractEventLoop) -> None:
    for _ in range(_THREADS):
        loop.run_in_executor(None, time.sleep, _SECONDS)


def _watch(asked: Path) -> None:
    while True:
        time.sleep(0.05)
        try:
            what = asked.read_text()
        except FileNotFoundError:
            continue
        if not what or (loop := _main_loop()) is None:
            continue
        asked.unlink()
        if what == "work":
            loop.call_soon_threadsafe(_occupy, loop)
        else:
            loop.call_soon_threadsafe(time.sleep, _SECONDS)


if "HANG" in os.environ:  # noqa: TID251  how the test speaks to it
    threading.Thread(target=_watch, args=(Path(os.environ["HANG"]),), daemon=True).start()  # noqa: TID251
