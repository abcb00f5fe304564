"""Small words written together with the next one."""

import pytest

from isnad_entities.words.clitics import splits, with_clitics


@pytest.mark.parametrize("word", ["رويترز", "الاناضول", "واس", "وكاله"])
def test_every_form_that_is_made_of_a_word_is_taken_apart_into_it(word):
    forms = list(with_clitics(word))
    assert forms
    assert all(word in {rest for _, rest in splits(form)} for form in forms)


def test_the_preposition_swallows_the_article():
    assert {"للاناضول", "وللاناضول", "بالاناضول", "الاناضول"} <= set(with_clitics("الاناضول"))
