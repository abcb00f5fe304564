"""The same short text is found again as long as an article that has it is in the window."""

from time import process_time

from isnad.similarity.twins import Twins

TEXT = (b"body", b"title")


def test_the_oldest_of_several_is_the_first_and_both_digests_count():
    twins = Twins()
    for number in (3, 5):
        twins.enter(number, TEXT)
    assert twins.first(TEXT) == 3
    assert twins.first((b"body", b"another title")) is None
    assert twins.first((b"another body", b"title")) is None


def test_one_that_leaves_makes_room_for_the_next_oldest():
    twins = Twins()
    for number in range(3):
        twins.enter(number, TEXT)
    twins.leave(1)
    twins.leave(0)
    twins.leave(0)  # it has no short text any more: nothing to do
    assert twins.first(TEXT) == 2
    twins.leave(2)
    assert twins.first(TEXT) is None


def test_all_below_a_number_are_forgotten_at_once():
    twins = Twins()
    for number in range(5):
        twins.enter(number, TEXT)
    twins.enter(5, (b"other", b"title"))
    twins.forget(3)
    assert twins.first(TEXT) == 3
    twins.forget(5)
    assert twins.first(TEXT) is None
    assert twins.first((b"other", b"title")) == 5


def test_what_is_captured_is_as_it_was_then_and_comes_back():
    twins = Twins()
    for number in (3, 5):
        twins.enter(number, TEXT)
    captured = twins.capture()
    twins.leave(3)
    again = Twins()
    again.restore(captured())
    assert again.first(TEXT) == 3
    again.forget(5)
    assert again.first(TEXT) == 5


def test_of_many_with_the_same_text_the_newest_leaves_as_quickly_as_the_oldest():
    twins = Twins()
    for number in range(100_000):
        twins.enter(number, TEXT)
    started = process_time()
    for number in range(99_999, 79_999, -1):
        twins.leave(number)
    assert process_time() - started < 1  # looking through all of them each time took 20
    assert twins.first(TEXT) == 0
