"""Reads ahead in a thread, so that reading and sending overlap and a silent pipe does not stop the event loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress

from isnad_feeder.events import Event, Ready

_BATCH_BYTES = 1 << 20
_BATCHES_AHEAD = 4

Batch = list[Event]


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


class _Stopped(Exception):
    """Nobody takes the batches any more."""


class ReadAhead:
    """Iterates in a thread and hands on batches of at most `size` events; a few batches wait at a time, no more."""

    def __init__(self, events: Iterator[Event], size: int) -> None:
        self._events = events
        self._size = size
        self._batch: Batch = []
        self._bytes = 0
        self._room = threading.Semaphore(_BATCHES_AHEAD)
        self._queue: asyncio.Queue[Batch | _Failed | None] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop
        self._stopped = False

    def start(self) -> None:
        """Begin to read; in a running event loop."""
        self._loop = asyncio.get_running_loop()
        # A daemon: when the user interrupts, nobody waits for a pipe that stays silent.
        threading.Thread(target=self._read, name="read-ahead", daemon=True).start()

    def stop(self) -> None:
        """Read no further."""
        self._stopped = True
        self._room.release()

    async def take(self) -> Batch | None:
        """Return the next batch, None at the end. Raises what the iteration raised."""
        batch = await self._queue.get()
        self._room.release()
        if isinstance(batch, _Failed):
            raise batch.error
        return batch

    def flush(self) -> None:
        """Hand on what there is; called in the reading thread, before it waits for more from a pipe."""
        if self._batch:
            batch, self._batch, self._bytes = self._batch, [], 0
            self._hand_on(batch)

    def _read(self) -> None:
        with suppress(_Stopped):
            try:
                for event in self._events:
                    self._add(event)
                self.flush()
            except _Stopped:
                raise
            except Exception as exc:  # noqa: BLE001  raised again where the batches are taken
                self._hand_on(_Failed(exc))
            else:
                self._hand_on(None)

    def _hand_on(self, one: Batch | _Failed | None) -> None:
        self._room.acquire()
        if self._stopped:
            raise _Stopped
        self._loop.call_soon_threadsafe(self._queue.put_nowait, one)

    def _add(self, event: Event) -> None:
        self._batch.append(event)
        if isinstance(event, Ready):
            self._bytes += len(event.message.value or b"")
        if len(self._batch) >= self._size or self._bytes >= _BATCH_BYTES:
            self.flush()
