"""Keys that left the window are gone at once for whoever asks, however slowly they are deleted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isnad.similarity.keys import Keys

names = st.sampled_from("abcdefgh")
acts = st.lists(
    st.tuples(st.just("put"), names) | st.tuples(st.sampled_from(["remove", "forget", "take back"]), names), max_size=60
)


@given(acts, st.integers(0, 3))
def test_it_answers_as_a_dictionary_does_whose_keys_are_deleted_at_once(log: list[tuple[str, str]], at_once: int):
    keys, plain = Keys(), dict[str, int]()
    entries: list[str] = []
    first = 0
    for act, key in log:
        if act == "put":
            assert keys.put(key, first + len(entries)) == plain.get(key)
            plain[key] = first + len(entries)
            entries.append(key)
        elif act == "take back":
            before = keys.put(key, first + len(entries))
            keys.take_back(key, before)
        elif act == "remove" and key in plain:
            assert keys.remove(key) == plain.pop(key)
        elif act == "remove":
            with pytest.raises(KeyError):
                keys.remove(key)
        else:
            gone = len(entries) // 2
            newest = [name for name, number in plain.items() if number < first + gone]
            keys.forget(first, entries[:gone], len(newest))
            plain = {name: number for name, number in plain.items() if name not in newest}
            first, entries = first + gone, entries[gone:]
        keys.go_on(at_once)
        assert {name: keys.number(name) for name in "abcdefgh" if name in keys} == plain
        assert len(keys) == len(plain)


def test_many_entries_are_taken_in_at_once():
    keys = Keys()
    keys.put_all(["a", "b", "a"], 5)
    assert {name: keys.number(name) for name in "abc"} == {"a": 7, "b": 6, "c": None}
