"""A batch is worked on record by record, and says after each that it goes on."""

import threading

from isnad.outcomes import Outcome, Record, one_by_one
from isnad.testing.builders import record


async def test_each_record_has_its_outcome_in_order_and_the_event_loop_stays_free() -> None:
    threads: set[int] = set()
    signs: list[str] = []

    def work(one: Record) -> Outcome:
        threads.add(threading.get_ident())
        return Outcome("passed", article_id=str(one.offset))

    process = one_by_one(work, lambda: signs.append("goes on"))
    outcomes = await process([record(b"x", offset=n) for n in (5, 6, 7)])
    assert [outcome.article_id for outcome in outcomes] == ["5", "6", "7"]
    assert signs == ["goes on"] * 3
    assert threading.get_ident() not in threads
