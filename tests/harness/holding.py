"""What must be true of a chain's records and documents beside the count (pure)."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from isnad.text.words import words

Message = Mapping[str, Any]
"""The JSON of a record or a document."""

_SHINGLE_WORDS = 5
_LINK_FIELDS = ("id", "story_id", "jaccard", "contained", "contains", "shared")


def check_decisions(matched: Iterable[Message]) -> None:
    """Hold that an article which was delivered again got the same decision each time."""
    decisions: dict[tuple[int, str], Any] = {}
    for one in matched:
        said = _decision(one)
        # With an article others may go, which its page no longer holds.
        about = one.get("article") or one["takedown"]
        known = decisions.setdefault((one["position"]["offset"], about["id"]), said)
        assert known == said, f"two decisions on the record at {one['position']}: {known} and {said}"


def _decision(one: Message) -> Any:
    """What was decided, without fields that another version of isnad adds."""
    if "verdict" not in one:
        return one.get("counted_out")
    verdict = one["verdict"]
    links = [{name: link.get(name) for name in _LINK_FIELDS} for link in verdict.get("links") or []]
    return {"story_id": verdict["story_id"], "relation": verdict["relation"], "links": links}


def check_prepared(raw: Mapping[tuple[int, int], str], prepared: Sequence[Message]) -> None:
    """Hold that something was made of each raw record, also of the second version of an article that stands already.

    Args:
        raw: the article's id, by the partition and the offset of each record that is no dead letter.
        prepared: what was made of them. Versions of isnad that did not tell of what can't be held to it.
    """
    places = [(one["id"] if "id" in one else one["takedown"]["id"], _place(one)) for one in prepared]
    made, untold = {place for _, place in places}, {id_ for id_, place in places if place is None}
    missing = [id_ for place, id_ in raw.items() if place not in made and id_ not in untold]
    assert not missing, f"nothing was made of {len(missing)} raw records: {missing[0]} …"


def _place(one: Message) -> tuple[int, int] | None:
    place = (one.get("takedown") or one).get("raw")
    return (place["partition"], place["offset"]) if place else None


def check_texts(prepared: Iterable[Message], documents: Iterable[Message]) -> None:
    """Hold that of each article the text stands that was sent last, in whatever order Kafka got the messages."""
    newest: dict[str, tuple[tuple[datetime, int], Message]] = {}
    for one in prepared:
        if "kind" in one:  # a takedown
            continue
        sent = datetime.fromisoformat(one["arrived_at"]), (one.get("raw") or {}).get("offset", 0)
        if one["id"] not in newest or newest[one["id"]][0] < sent:
            newest[one["id"]] = sent, one
    for document in documents:
        _, article = newest[document["id"]]
        assert (document["title"], document["body"]) == (article["title"], article["body"]), (
            f"an older text of {document['id']} stands: {document['title']} instead of {article['title']}"
        )


def check_evidence(matched: Sequence[Message]) -> None:
    """Hold that each decision is explained: a reprint names what it reprints, and the shares and passages are true.

    They are counted here anew, of the articles that had one text only.
    """
    texts: dict[str, set[str]] = defaultdict(set)
    articles = [one for one in matched if "article" in one]
    for one in articles:
        texts[one["article"]["id"]].add(one["article"]["body"])
    for one in articles:
        article, verdict = one["article"], one["verdict"]
        links = verdict.get("links") or []
        assert links or verdict["relation"] not in ("copy", "partial"), (
            f"{article['id']} names nothing that it reprints"
        )
        for link in links:
            assert link["id"] != article["id"], f"{article['id']} is taken for a reprint of itself"
            if len(texts[article["id"]]) == len(texts[link["id"]]) == 1:
                _check_link(article, link, next(iter(texts[link["id"]])))


def check_letters(letters: Iterable[Message], originals: Mapping[tuple[str, int, int], bytes | None]) -> None:
    """Hold that each dead letter has a reason and the original bytes, or says where they stand."""
    for letter in letters:
        place = letter["topic"], letter["partition"], letter["offset"]
        assert letter["reason"], f"a dead letter without a reason: {place}"
        if letter["reason"] == "too_large":
            continue
        value = letter.get("value")
        kept = None if value is None else base64.b64decode(value)
        if place in originals:  # else Kafka has it no more
            assert kept == originals[place], f"the dead letter of {place} has {kept!r} and not the original bytes"


def _check_link(article: Message, link: Message, other: str) -> None:
    own, others = _shingles(article["body"]), _shingles(other)
    if not own or not others:
        return
    shared = len(own & others)
    counted = {"shared": shared, "contained": shared / len(own), "contains": shared / len(others)}
    for name, value in counted.items():
        assert abs(link[name] - value) < 1e-9, f"{article['id']} and {link['id']}: {name} is {value}, not {link[name]}"
    there = " ".join(words(other))
    for span in link.get("passages") or []:
        passage = " ".join(words(article["body"][span["start"] : span["end"]]))
        assert passage in there, f"{article['id']}: «{passage}» does not stand in {link['id']}"


def _shingles(text: str) -> set[tuple[str, ...]]:
    in_order = words(text)
    return {tuple(in_order[at : at + _SHINGLE_WORDS]) for at in range(len(in_order) - _SHINGLE_WORDS + 1)}
