"""Corpora of tagged words: what is read from a file, where it is cut, and what counts as right."""

import pytest

from isnad.errors import RequestError
from isnad_entities.training.corpora import Reading, Scores, Sentence, Span, sentences, split, strict_scores


@pytest.fixture
def corpus(tmp_path):
    def of(text: str):
        file = tmp_path / "corpus.txt"
        file.write_text(text, encoding="utf-8")
        return file

    return of


def test_a_file_is_read_into_sentences_with_their_spans(corpus):
    file = corpus("برند B-PERS\nجوتشولك I-PERS\nفي O\nدمشق B-LOC\n\n\nالأمم B-ORG\nالمتحدة I-ORG\n")
    assert sentences(file) == [
        Sentence(("برند", "جوتشولك", "في", "دمشق"), frozenset({Span(0, 1, "PER"), Span(3, 3, "LOC")})),
        Sentence(("الأمم", "المتحدة"), frozenset({Span(0, 1, "ORG")})),
    ]


def test_an_inside_tag_of_another_type_begins_a_name_and_two_b_are_two_names(corpus):
    (sentence,) = sentences(corpus("حلب B-LOC\nحمص B-LOC\nفتح I-ORG\nفي O\nيافا I-LOC\n"))
    assert sorted(sentence.spans) == [Span(0, 0, "LOC"), Span(1, 1, "LOC"), Span(2, 2, "ORG"), Span(4, 4, "LOC")]


@pytest.mark.parametrize("line", ["دمشق", "دمشق B-GPE", "دمشق X-LOC", "دمشق LOC"])
def test_a_line_without_a_known_tag_is_named_in_the_error(corpus, line):
    with pytest.raises(RequestError, match="line 2"):
        sentences(corpus(f"في O\n{line}\n"))


def test_a_file_that_is_not_there_gives_a_sentence(tmp_path):
    with pytest.raises(RequestError, match="can't be read"):
        sentences(tmp_path / "none.txt")


def test_the_last_sixth_is_cut_at_the_sentence_break_behind_five_sixths_of_the_lines():
    corpus = [Sentence(("كلمة",) * size, frozenset()) for size in (4, 5, 3, 2)]  # 18 lines
    train, dev = split(corpus)
    assert ([len(one.words) for one in train], [len(one.words) for one in dev]) == ([4, 5, 3], [2])


def test_words_of_the_corpus_and_of_the_passage_are_held_together():
    sentence = Sentence(("(", "جان-ايف", "لودريان", ")", "في", "باريس"), frozenset())
    reading = Reading.of(sentence)
    assert [token.word for token in reading.passage.tokens] == ["جان", "ايف", "لودريان", "في", "باريس"]
    spans = {Span(1, 2, "PER"), Span(5, 5, "LOC"), Span(3, 3, "MISC")}
    assert reading.to_passage(spans) == [Span(0, 2, "PER"), Span(4, 4, "LOC")]  # the bracket has no word
    assert reading.to_corpus([Span(0, 2, "PER"), Span(4, 4, "LOC")]) == {Span(1, 2, "PER"), Span(5, 5, "LOC")}


def test_strict_scores_count_a_name_only_with_all_its_words_and_its_type():
    tagged = [{Span(0, 1, "PER"), Span(3, 3, "LOC")}, {Span(0, 0, "ORG")}]
    found = [{Span(0, 0, "PER"), Span(3, 3, "LOC")}, {Span(0, 0, "LOC")}]
    scores = strict_scores(tagged, found)
    assert scores["overall"] == Scores(right=1, found=3, tagged=3)
    assert scores["LOC"] == Scores(right=1, found=2, tagged=1)
    assert (scores["LOC"].precision, scores["LOC"].recall, scores["LOC"].f1) == (0.5, 1.0, pytest.approx(2 / 3))
    assert scores["MISC"].f1 == 0


def test_sentences_of_unequal_number_are_an_error():
    with pytest.raises(ValueError, match="shorter"):
        strict_scores([set(), set()], [set()])
