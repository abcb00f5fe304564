"""What the count and the hash of documents tell apart."""

import random

from isnad.content import Counting
from isnad.search_index import Document


def content(*documents, index="x"):
    counting = Counting()
    counting.add([Document(index, id_, 1, fields) for id_, fields in documents])
    return counting.content()


A = ("a", {"id": "a", "title": "خبر", "links": [{"id": "b", "jaccard": 0.5}]})
B = ("b", {"id": "b", "title": "خبر"})


def test_neither_the_order_nor_the_indexes_nor_the_order_of_fields_matter():
    documents = [(f"d{n}", {"id": f"d{n}", "title": str(n)}) for n in range(50)]
    shuffled = random.Random(7).sample(documents, len(documents))
    assert content(*documents) == content(*shuffled, index="another")
    assert content(("a", {"x": 1, "y": {"p": 1, "q": 2}})) == content(("a", {"y": {"q": 2, "p": 1}, "x": 1}))


def test_the_place_in_the_log_is_no_content():
    placed = (B[0], {**B[1], "log_offset": 7, "log_appended_at": "2018-02-09T12:00:00Z"})
    assert content(A, placed) == content(A, B)


def test_any_other_difference_is_seen():
    everything = content(A, B)
    others = [
        content(A),
        content(A, B, B),
        content(A, ("b", {"id": "b", "title": "خبر."})),
        content(A, ("c", B[1])),
        content(A, (B[0], {**B[1], "tags": []})),
        content(("a", {**A[1], "links": [{"id": "b", "jaccard": 0.51}]}), B),
        content(("a", B[1]), ("b", A[1])),
    ]
    assert len({one.hash for one in [everything, *others]}) == 8


def test_two_equal_documents_do_not_cancel_out_and_are_seen_as_doubled():
    assert content(B, B).hash not in (content().hash, content(B).hash)
    assert [content(A, B).doubled, content(B, B).doubled, content(B, B, B).doubled] == [0, 1, 2]


def test_nothing_comes_to_zero():
    nothing = content()
    assert (nothing.documents, nothing.hash, nothing.doubled) == (0, "0" * 64, 0)


def test_what_is_added_piece_by_piece_is_the_same():
    counting = Counting()
    for one in (A, B):
        counting.add([Document("x", one[0], 1, one[1])])
    assert counting.content() == content(A, B)
