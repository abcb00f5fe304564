"""A model's labels are read by a table, which a setting overrides."""

import pytest

from isnad.errors import SetupError
from isnad_entities.lists.files import table
from isnad_entities.pretrained.labels import TYPES, read_labels, read_overrides


def types(labels, overrides=None):
    return [("-", *TYPES)[kind] for kind in read_labels(labels, overrides or {}).kinds]


@pytest.mark.parametrize(
    ("model", "labels", "meant"),
    [
        ("CAMeL Lab's", "B-LOC B-MISC B-ORG B-PERS I-PERS O", "LOC MISC ORG PER PER -"),
        (
            "hatmimoha's",
            "B-PERSON I-ORGANIZATION B-LOCATION B-PRICE B-COMPETITION B-DISEASE",
            "PER ORG LOC MISC MISC -",
        ),
        ("Wojood's", "B-PERS B-GPE B-FAC B-NORP B-OCC I-EVENT B-CURR", "PER LOC LOC - - MISC -"),
        ("WojoodFine's", "B-GOV B-STATE-OR-PROVINCE B-WATER-BODY B-ORG_FAC", "ORG LOC LOC ORG"),
        ("OntoNotes'", "B-WORK_OF_ART S-PERSON E-GPE", "MISC PER LOC"),
        ("in small letters, with _", "b_per i_per o", "PER PER -"),
        ("with the prefix behind", "PER-B PER-I O", "PER PER -"),
        ("without prefixes", "PER WATER-BODY O", "PER LOC -"),
    ],
)
def test_labels_of_known_models_are_ours(model, labels, meant):
    assert types(labels.split()) == meant.split(), model


def test_what_is_dropped_is_named_once_and_the_outside_is_not_dropped():
    assert read_labels(["O", "B-PER", "B-DATE", "I-DATE", "B-UFO", "[PAD]"], {}).dropped == ("DATE", "UFO")


def test_a_setting_overrides_the_table():
    overrides = read_overrides("norp=MISC, UFO=ORG,B_X=PER,LOC=-")
    assert types(["B-NORP", "B-UFO", "B-LOC", "PER"], overrides) == ["MISC", "ORG", "-", "PER"]


def test_labels_without_names_can_be_named():
    assert types(["LABEL_0", "LABEL_1"], read_overrides("LABEL_1=PER")) == ["-", "PER"]


@pytest.mark.parametrize("written", ["NORP", "NORP=GROUP", "=PER", "NORP:MISC"])
def test_an_override_that_is_none_is_refused_in_words(written):
    with pytest.raises(ValueError, match="THEIRS=OURS with one of PER, LOC, ORG, MISC or -"):
        read_overrides(written)


def test_a_model_none_of_whose_labels_is_known_is_an_error_that_shows_the_table():
    with pytest.raises(SetupError) as caught:
        read_labels(["O", "B-UFO", "I-UFO"], {})
    said = str(caught.value)
    assert "(UFO)" in said
    assert "ISNAD_ENTITIES_MODEL_LABELS=" in said
    assert "PER: PER, PERS, PERSON" in said


def test_every_line_of_the_table_has_a_source_and_is_one_of_ours_or_nothing():
    rows = list(table("labels"))
    assert {row["type"] for row in rows} == {*TYPES, "-"}
    assert all(row["source"] and row["label"] == row["label"].upper() for row in rows)
    assert len({row["label"] for row in rows}) == len(rows)
