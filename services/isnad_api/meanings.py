"""Which entities somebody means who writes an id, a name in any spelling, or a name with its kind before it (pure).

An article holds the ids of its entities and their canonical names, but not how others spell them; the index of the
entities holds all spellings. So it is asked first, and the articles are then searched by ids.
"""

import re
from typing import Any, get_args

from isnad.errors import RequestError
from isnad.messages import EntityType
from isnad.text.words import words
from isnad_api.models import Meant

Json = dict[str, Any]

MOST_LOOKED_AT = 300
"""Entities that have a name within theirs, most named first, among which those are found that are called so."""

_TYPED = re.compile(r"([A-Za-z]+):(.+)", re.DOTALL)
_COUNTRY = re.compile(r":[A-Z]{2}$")
_TYPES = get_args(EntityType)


def parted(entity: str) -> tuple[str | None, str]:
    """Return the kind that stands before the colon, if one does, and the folded words of the rest.

    Raises:
        RequestError: there is no such kind.
    """
    typed = _TYPED.fullmatch(entity)
    if typed is None:
        return None, _folded(entity)
    if typed[1] not in _TYPES:
        raise RequestError(
            f"There is no kind of entity {typed[1]!r}: write {', '.join(_TYPES[:-1])} or {_TYPES[-1]} before the "
            "colon, or the name alone."
        )
    return typed[1], _folded(typed[2])


def question(entity: str) -> Json:
    """Return the search in the index of the entities for what `read` chooses from.

    Raises:
        RequestError: a kind of entity that there is not.
    """
    type_, name = parted(entity)
    named: list[Json] = [{"terms": {"names": sorted({name, _without_country(entity)})}}]
    if type_:
        named.append({"term": {"type": type_}})
    return {
        "query": {"bool": {"should": [{"term": {"id": entity}}, {"bool": {"filter": named}}]}},
        "size": MOST_LOOKED_AT,
        "track_total_hits": True,
        "timeout": "8s",
        "_source": ["id", "canonical", "latin", "variants"],
        "sort": [{"articles": "desc"}, {"id": "asc"}],
    }


def read(entity: str, answer: Json) -> Meant:
    """Return whom the answer to `question` says to be called so: by the id, or by the whole name in any spelling."""
    _, name = parted(entity)
    ids, others = [], []
    for hit in answer["hits"]["hits"]:
        one = hit["_source"]
        spellings = {
            one["canonical"],
            one.get("latin") or "",
            *(variant["text"] for variant in one.get("variants", [])),
        }
        names = set(map(_folded, spellings))
        if one["id"] == entity or name in names:
            ids.append(one["id"])
        elif _without_country(entity) in names:
            others.append(one["id"])
    is_cut = answer["hits"]["total"]["value"] > MOST_LOOKED_AT
    return Meant(asked=entity, ids=ids, others=[] if ids else others, cut=is_cut)


def _without_country(entity: str) -> str:
    """The folded name of what may be an id: «طرابلس» of `LOC:طرابلس:LB`."""
    return parted(_COUNTRY.sub("", entity))[1]


def _folded(name: str) -> str:
    return " ".join(words(name))
