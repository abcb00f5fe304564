"""Faults of records: no article, another version's, or with a time that can't be, in every topic amid a load."""

import base64
import json
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from tests.harness.articles import Article, numbered_articles
from tests.harness.chain import Chain
from tests.unit.test_malformed import BAD, changed, opened

from isnad.messages import Reason
from isnad.outcomes import Outgoing
from isnad.topics import Topics

pytestmark = pytest.mark.real

PLAIN = Topics()
TOPICS = ("raw", "prepared", "matched", "enriched", "changes")

AT_THE_DOOR = {
    "U+0000": (opened(PLAIN.raw) + b',"title":"\\u0000"}', Reason.SCHEMA_INVALID),
    "a field twice": (opened(PLAIN.raw) + b',"source":"again"}', Reason.SCHEMA_INVALID),
    "a blank source": (changed(PLAIN.raw, source=" "), Reason.SCHEMA_INVALID),
    "no text": (changed(PLAIN.raw, body=None, title=None), Reason.NO_TEXT),
    "numbers for texts": (changed(PLAIN.raw, published_at=10**300, tags={"a": 1}), Reason.SCHEMA_INVALID),
}
"""Only `articles.raw` is open to everybody."""

OF_TOMORROW: dict[str, Any] = {
    "of_tomorrow": {"a": [1, "x", None, {"b": [[[[]]]]}]},
    "schema_minor": 7,
    "Schema": 99,
    "": 10**400,
    "n": -1e300,
}
"""Fields that nobody knows."""

_OPTIONAL = ("raw", "flags", "cut", "dateline", "time_marks", "tags", "part", "page_id", "author", "section", "url")


def append_broken(chain: Chain) -> dict[bytes, tuple[bytes | None, Reason]]:
    """Append every kind of broken record to every topic; return value and reason by key."""
    expected: dict[bytes, tuple[bytes | None, Reason]] = {}
    messages = []
    for name in TOPICS:
        kinds = {kind: (made(getattr(PLAIN, name)), reason) for kind, (made, reason) in BAD.items()}
        if name == "raw":
            kinds |= AT_THE_DOOR
        for kind, (value, reason) in kinds.items():
            key = f"{chain.name}:{name}: {kind}".encode()
            expected[key] = value, reason
            messages.append(Outgoing(getattr(chain.topics, name), key, value))
            if name != "changes":
                chain.also_injected.add(key.decode())
    chain.append(messages)
    return expected


def check_broken(chain: Chain, expected: dict[bytes, tuple[bytes | None, Reason]]) -> None:
    """Hold that each is a dead letter with its reason and its bytes."""
    letters = [one for one in chain.letters() if base64.b64decode(one["key"]) in expected]
    found = {
        base64.b64decode(one["key"]): (base64.b64decode(one.get("value") or b""), one["reason"]) for one in letters
    }
    assert found == {key: (value or b"", reason) for key, (value, reason) in expected.items()}
    assert all(one["detail"] for one in letters)


def send_other_versions(chain: Chain) -> None:
    """Send new articles as an older and a newer version would, to `articles.raw` and into the ordered log."""
    some = list(islice(numbered_articles(f"{chain.name}.versions", seed=3), 20))
    older = [{name: one[name] for name in ("schema", "id", "source", "body")} for one in some[:10]]
    chain.send([*older, *(one | OF_TOMORROW for one in some[10:])], 1000).wait()
    topic, messages = chain.topics.prepared, []
    chain.wait_until(lambda: chain.appended(topic) >= 20, "prepare does nothing")
    known = chain.contents(topic)
    for number, one in enumerate(known[:20]):
        with_fewer = {name: value for name, value in one.items() if name not in _OPTIONAL}
        article = (with_fewer if number % 2 else with_fewer | OF_TOMORROW) | {"id": f"{chain.name}.log:{number}"}
        chain.also_injected.add(article["id"])
        messages.append(Outgoing(topic, article["id"].encode(), json.dumps(article).encode()))
    chain.append(messages)


def send_again_in_other_versions(chain: Chain) -> int:
    """Append records of the topics after the log once more, with fields that nobody knows; return how many of each."""
    messages = []
    for topic in (chain.topics.matched, chain.topics.enriched, chain.topics.changes):
        for one in chain.contents(topic)[:30]:
            nested = {name: one[name] | OF_TOMORROW for name in ("article", "story") if name in one}
            key = one["article"]["id"] if "article" in one else one["story"]["id"]
            messages.append(Outgoing(topic, key.encode(), json.dumps(one | nested | OF_TOMORROW).encode()))
    chain.append(messages)
    return 30


def articles_with_odd_times(chain: Chain) -> tuple[list[Article], dict[str, tuple[str, ...]]]:
    """Return one story of articles with times that can't be believed, after one that can; and the marks by id."""
    (base,) = islice(numbered_articles(f"{chain.name}.times", seed=4), 1)
    later = (datetime.now(UTC) + timedelta(days=730)).replace(microsecond=0)  # noqa: TID251  what the broker's clock says
    times: dict[str, tuple[str | None, tuple[str, ...]]] = {
        "origin": ("2018-02-08T10:00:00+02:00", ()),
        "no zone": ("2018-02-08T10:22:00", ("no_zone",)),
        "1970": ("1970-01-01T00:00:00Z", ("ancient",)),
        "year 1": ("0001-01-01T00:00:00Z", ("ancient",)),
        "in two years": (later.isoformat(), ("future",)),
        "in two years, no zone": (later.replace(tzinfo=None).isoformat(), ("no_zone", "future")),
        "unreadable": ("yesterday at noon", ("unreadable",)),
        "the 45th of May": ("2018-05-45T99:00:00Z", ("unreadable",)),
        "blank": (" ", ("missing",)),
        "none": (None, ("missing",)),
    }
    articles = [
        base | {"id": f"{chain.name}.times:{name}", "published_at": given, "source": f"outlet-{number}"}
        for number, (name, (given, _)) in enumerate(times.items())
    ]
    return articles, {f"{chain.name}.times:{name}": marks for name, (_, marks) in times.items()}


def check_times(chain: Chain, articles: list[Article], marks: dict[str, tuple[str, ...]]) -> None:
    """Hold that each time is kept as given and marked, and that arrival stands for it where it can't be believed."""
    found = {one["id"]: one for one in chain.documents() if one["id"] in marks}
    assert {id_: tuple(one.get("time_marks", ())) for id_, one in found.items()} == marks
    given = {str(one["id"]): one["published_at"] for one in articles}
    assert {id_: one.get("published_at_given") for id_, one in found.items()} == given
    dated = {
        f"{chain.name}.times:origin": "2018-02-08T08:00:00Z",
        f"{chain.name}.times:no zone": "2018-02-08T10:22:00Z",
    }
    for id_, one in found.items():
        assert one["published_at"] == dated.get(id_, one["arrived_at"]), one
        assert one["_index"].endswith(one["published_at"][:7].replace("-", ".")), one["_index"]
    (story,) = {one["story_id"] for one in found.values()}
    (origin,) = (one["origin"]["id"] for one in chain.documents(chain.indexes.stories) if one["id"] == story)
    assert origin == f"{chain.name}.times:origin"


@pytest.mark.row(22, "broken records of every kind in every topic")
@pytest.mark.row(23, "unknown fields; an older, a newer and an unknown version of records, in every topic")
@pytest.mark.row(29, "published in 1970, in two years, unreadable, without zone")
def test_broken_records_and_other_versions(chain: Chain):
    """What can't be read is a dead letter with reason and bytes; the rest flows on, whatever its fields or times."""
    chain.start()
    odd, marks = articles_with_odd_times(chain)
    with chain.load(400):
        send_other_versions(chain)
        expected = append_broken(chain)
        chain.send(odd, 100)
    count = chain.settle().count
    assert {worker.starts for worker in chain.workers.values()} == {1}, chain.last_words()
    assert count.dead == sum(b":changes: " not in key for key in expected)
    check_broken(chain, expected)
    unsupported = [one["topic"] for one in chain.letters() if one["reason"] == Reason.SCHEMA_UNSUPPORTED]
    assert sorted(unsupported) == sorted(getattr(chain.topics, name) for name in TOPICS)
    check_times(chain, odd, marks)

    before = {one["_id"]: one for one in (*chain.documents(), *chain.documents(chain.indexes.stories))}
    passed = {name: chain.workers[name].metric("isnad_records_total") for name in ("entities", "index")}
    times = send_again_in_other_versions(chain)
    chain.settle()
    assert {one["_id"]: one for one in (*chain.documents(), *chain.documents(chain.indexes.stories))} == before
    more = {name: chain.workers[name].metric("isnad_records_total") - was for name, was in passed.items()}
    # The index service gets those of `articles.matched` too, and those of two topics of its own.
    assert more == {"entities": times, "index": 3 * times}
