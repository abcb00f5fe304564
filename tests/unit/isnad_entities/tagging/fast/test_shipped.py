"""The fast model that ships: there, small, with its card, and it finds names by what stands around them."""

from importlib.resources import files

import pytest

from isnad_entities.tagging.fast.tagger import MODEL_FILE, fast_tagger
from isnad_entities.words.passage import Passage

FOLDER = files("isnad_entities") / "models" / "fast"


@pytest.fixture
def found():
    def of(text):
        passage = Passage.of("body", text)
        (tagged,) = fast_tagger().tag([passage])
        return [(one.type, passage.written(one.first, one.last)) for one in tagged]

    return of


def test_it_takes_less_than_four_megabytes_and_has_its_card():
    assert len((FOLDER / MODEL_FILE).read_bytes()) <= 4_000_000
    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert all(part in card for part in ("CC BY-SA 4.0", "Apache-2.0", "## How good it is", "## Where it fails"))
    assert "saudi" not in card.lower()


def test_people_and_places_that_are_on_no_list_are_found_by_their_sentence(found):
    assert found("وقال المتحدث باسم الشرطة كرمان شلفوت في مدينة قلبوش إن التحقيق مستمر.") == [
        ("PER", "كرمان شلفوت"),
        ("LOC", "قلبوش"),
    ]


def test_listed_names_are_found_with_their_types(found):
    assert found("التقى الرئيس الروسي فلاديمير بوتين في موسكو وفدا من الأمم المتحدة.") == [
        ("PER", "فلاديمير بوتين"),
        ("LOC", "موسكو"),
        ("ORG", "الأمم المتحدة"),
    ]


def test_each_passage_gets_its_own_answer_and_scores_are_probabilities():
    passages = [Passage.of("title", "بوتين في دمشق"), Passage.of("body", ""), Passage.of("body", "وصل إلى حلب")]
    together = fast_tagger().tag(passages)
    assert together == [fast_tagger().tag([passage])[0] for passage in passages]
    assert together[1] == []
    assert all(0 < one.score < 1 for row in together for one in row)
