"""Strings are kept as a list keeps them, and the collector of garbage does not know of them."""

import gc

from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity.strings import Strings


@given(st.lists(st.lists(st.text(max_size=3), max_size=100), max_size=6), st.data())
def test_it_is_a_list(pieces: list[list[str]], data: st.DataObject):
    strings, plain = Strings(pieces[0] if pieces else ()), list[str](pieces[0] if pieces else ())
    for piece in pieces[1:]:
        strings.extend(piece)
        plain += piece
        if plain:
            place = data.draw(st.integers(0, len(plain) - 1))
            strings[place] = plain[place] = f"set {place}"
    assert (len(strings), list(strings), strings.to_list()) == (len(plain), plain, plain)
    assert [strings[place] for place in range(len(plain))] == plain


def test_a_string_is_kept_as_it_is_and_not_copied():
    """So ids that several parts know take room once."""
    one = "".join(["كلمة", "أخرى"])
    strings = Strings([one])
    strings.extend([one])
    assert strings[0] is one
    assert strings[1] is one


def test_the_collector_does_not_go_through_them():
    strings = Strings([str(number) for number in range(1_000)])
    assert not [one for one in gc.get_referents(strings.__dict__) if gc.is_tracked(one) and isinstance(one, list)]
    assert not any(gc.is_tracked(one) for one in gc.get_referents(strings.__dict__))
