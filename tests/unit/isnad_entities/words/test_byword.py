"""What is kept of words has bounds."""

from isnad_entities.words.byword import LONGEST, ByWord


def test_a_word_is_worked_out_once():
    asked = []
    lengths = ByWord(lambda word: asked.append(word) or len(word))
    assert [lengths["دمشق"], lengths["حلب"], lengths["دمشق"]] == [4, 3, 4]
    assert asked == ["دمشق", "حلب"]


def test_no_more_words_are_kept_than_there_is_room_for():
    lengths = ByWord(len, most=10)
    for number in range(1, 100):
        assert lengths["ا" * (number % 17)] == number % 17
        assert len(lengths) <= 10


def test_nothing_is_kept_of_a_word_without_end():
    lengths = ByWord(len)
    assert lengths["ا" * 400_000] == 400_000
    assert lengths["ا" * LONGEST] == LONGEST
    assert list(map(len, lengths)) == [LONGEST]
