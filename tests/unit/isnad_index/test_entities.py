"""The entities' documents."""

from isnad_index.entities import beginnings


def test_a_name_is_found_from_each_of_its_words_on_and_without_the_article():
    assert beginnings(["بشار الأسد"]) == ["بشار الاسد", "الاسد", "اسد"]


def test_of_a_text_that_is_called_a_name_only_so_much_is_kept_as_somebody_may_type():
    text = " ".join(f"كلمة{number}" for number in range(60_000))
    kept = beginnings([text])
    assert len(kept) == 300
    assert {len(one) for one in kept} == {200}
    assert kept[0].startswith("كلمه0 كلمه1 ")
    assert [len(one) for one in beginnings(["ا" * 400_000])] == [200]
