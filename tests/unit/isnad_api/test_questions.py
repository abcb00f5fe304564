"""What a person types is understood, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad.errors import RequestError
from isnad_api.questions import MAX_CHARACTERS, MAX_TERMS, Question, Term, understand


def word(text):
    return Term(text, phrase=False)


def phrase(text):
    return Term(text, phrase=True)


def test_all_words_must_stand_in_the_article():
    assert understand("سوريا  أمريكا") == Question(((word("سوريا"),), (word("أمريكا"),)))


@pytest.mark.parametrize("text", ['"قوات سوريا"', "«قوات سوريا»", "“قوات سوريا”"])
def test_quotation_marks_of_every_kind_make_a_phrase(text):
    assert understand(text) == Question(((phrase("قوات سوريا"),),))


def test_a_quotation_mark_without_its_other_goes_to_the_end():
    assert understand('حلب "قوات سوريا') == Question(((word("حلب"),), (phrase("قوات سوريا"),)))


def test_a_hyphen_before_a_word_or_phrase_is_without_it():
    assert understand('حلب -روسيا -"الأمم المتحدة"') == Question(
        ((word("حلب"),),), (word("روسيا"), phrase("الأمم المتحدة"))
    )


@pytest.mark.parametrize("text", ["دمشق - وكالات", "دمشق – وكالات", "دمشق -- وكالات"])
def test_a_hyphen_by_itself_is_punctuation(text):
    """A headline that is pasted into the search is no riddle."""
    assert understand(text) == Question(((word("دمشق"),), (word("وكالات"),)))


def test_a_bar_means_either():
    assert understand("أستانا | جنيف سوتشي") == Question(((word("أستانا"), word("جنيف")), (word("سوتشي"),)))


def test_a_bar_at_the_edge_is_punctuation():
    assert understand("| أستانا |") == Question(((word("أستانا"),),))


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_asks_for_everything(text):
    assert understand(text) == Question()


@pytest.mark.parametrize("text", ["*:*", "/.*/", '"', "-", "|", "!!!", "ـــ", "😀", "()"])
def test_a_search_without_a_word_is_refused_with_a_sentence(text):
    with pytest.raises(RequestError, match="no word"):
        understand(text)


def test_a_search_has_an_end():
    with pytest.raises(RequestError, match="are the most"):
        understand("ا" * (MAX_CHARACTERS + 1))
    with pytest.raises(RequestError, match="are the most"):
        understand("حرف " * (MAX_TERMS + 1))


@given(st.text(max_size=MAX_CHARACTERS))
def test_every_text_is_understood_or_refused(text):
    try:
        question = understand(text)
    except RequestError:
        return
    terms = [term for group in question.all_of for term in group] + list(question.none_of)
    assert all(term.words for term in terms)
