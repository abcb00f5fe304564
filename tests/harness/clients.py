"""Clients of an API that asks for keys: one that uses it as it should, and how long it waits."""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import httpx
from tests.harness.articles import numbered_articles
from tests.harness.chain import Chain


def make_key(chain: Chain, name: str, scope: str) -> str:
    """Make an API key."""
    done = chain.isnad("keys", "create", name, "--scope", scope, "--keys-file", chain.folder / "keys.json")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def bearer(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


class Reader:
    """Searches and pushes like anybody, in a thread of its own, and notes how long it takes."""

    def __init__(self, chain: Chain, key: str) -> None:
        self._chain, self._key = chain, key
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()
        self._pushed = numbered_articles(f"{chain.name}.pushed", seed=8)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let it work while the block runs."""
        self.seconds.clear()
        ended = Event()
        thread = Thread(target=self._run, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def median(self) -> float:
        """Seconds for a search and a push."""
        return statistics.median(self.seconds)

    def _run(self, ended: Event) -> None:
        with httpx.Client(headers=bearer(self._key), base_url=self._chain.api, timeout=60) as client:
            while not ended.wait(0.2):
                article = next(self._pushed)
                begun = time.monotonic()
                searched = client.get("/v1/search", params={"q": str(article["title"]).split()[0]})
                pushed = client.post("/v1/articles", json=article)
                self.seconds.append(time.monotonic() - begun)
                self.statuses.update([searched.status_code, pushed.status_code])
                (self._chain.also_injected if pushed.status_code == 202 else self._chain.uncertain).add(
                    str(article["id"])
                )
