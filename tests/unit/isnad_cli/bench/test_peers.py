"""The other libraries, asked as a stream."""

import pytest

from isnad_cli.bench.peers import BALANCED, PEERS, Setting, tokens

LONG = " ".join(f"كلمة{number}" for number in range(60))
OTHER = " ".join(f"غيرها{number}" for number in range(60))


def test_tokens_are_five_normalised_words_each():
    """Alef with hamza is bare alef, and the full stop is no word; four words have none."""
    assert tokens("قال أحمد إن المطر نزل. أمس") == ["قال احمد ان المطر نزل", "احمد ان المطر نزل امس"]
    assert tokens("قال أحمد إن المطر") == []


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_each_text_is_asked_about_the_earlier_ones_only(peer):
    """Equal texts find each other, the later the earlier; also over the end of a batch of 200."""
    texts = [LONG, OTHER, LONG, *(f"{number} {OTHER[::-1]}" for number in range(200)), LONG]
    found = peer.candidates(map(tokens, texts), BALANCED)
    assert [sorted(others) for others in found[:3]] == [[], [], [0]]
    assert sorted(found[-1]) == [0, 2]


def test_rows_are_the_hashes_of_a_band():
    """128 permutations in 64 bands are two in each."""
    assert Setting(128, 64).rows == 2
