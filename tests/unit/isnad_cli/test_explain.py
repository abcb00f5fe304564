"""`isnad explain`: what is asked of the API, and what a person sees of two articles."""

import json
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from rich.text import Text

from isnad_api.link_models import ComparisonAnswer
from isnad_cli.__main__ import main
from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from isnad_cli.compared import Compared, show
from isnad_cli.explain import explain

EXAMPLE = ComparisonAnswer.model_validate(ComparisonAnswer.model_config["json_schema_extra"]["examples"][0])
ISOLATES = str.maketrans("", "", FIRST_STRONG_ISOLATE + POP_DIRECTIONAL_ISOLATE)
AGENCY = "قصف التحالف مواقع في دير الزور"
NOT_FOUND = (
    "Not linked, in the same story, although links begin at 30%: when one of them came, the other had another text or "
    "was out of the window, or what they share stands in very many articles, or by chance too little of it is in the "
    "sketch by which a long one is found."
)
PAPER = "وأكد مصدر: قصف التحالف مواقع في دير الزّور"


@pytest.fixture
def api(api):
    api.body = EXAMPLE.model_dump_json().encode()
    return api


def run(*arguments: str) -> str:
    done = CliRunner().invoke(explain, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_both_texts_are_asked_of_the_api_and_json_is_its_answer_as_it_is(api):
    ids = ("صحيفة/1#2", "b 100%")
    assert run(*ids, "--api", api.url, "--json") == EXAMPLE.model_dump_json() + "\n"
    assert api.path == "/v1/comparison"
    assert api.asked == [("id", ids[0]), ("other", ids[1]), ("text", "true")]


def test_a_person_sees_the_numbers_the_verdict_and_the_words_in_both_spellings(api):
    shown = run("a", "b", "--api", api.url).translate(ISOLATES)
    assert shown.splitlines() == [
        "1  التحالف يقصف في دير الزور",
        "   alwatan · 2018-02-08 · 4 shingles · original",
        "   https://alwatan.example/77",
        "2  قصف في دير الزور",
        "   alalam-news · 2018-02-08 · 2 shingles · original",
        "   alalam-news:0a1b2c3d4e5f60718293",
        "",
        "2 shingles shared; the longest stretch has 6 words",
        "50.0% of 1 stands in 2, 100.0% of 2 in 1 (jaccard 0.50)",
        "Linked, in different stories: the verdict on 1 names 2.",
        "One of the texts was changed after the verdict, which states 40.0% and 100.0%.",
        "",
        "1  alwatan:",
        "   وأكد مصدر: [قصف التحالف مواقع في دير الزور]",
        "",
        "2  alalam-news:",
        "   [قصف التحالف مواقع في دير الزّور]",
    ]


def lines(*, whole: bool = False, plain: bool = True, width: int = 100, **changes: Any) -> list[Text]:
    answer = json.loads(EXAMPLE.model_dump_json())
    for name, change in changes.items():
        answer[name] = {**answer[name], **change} if isinstance(change, dict) else change
    compared = msgspec.json.decode(json.dumps(answer), type=Compared)
    return list(show(compared, width, plain=plain, whole=whole))


def said(**changes: Any) -> list[str]:
    return [line.plain.translate(ISOLATES).strip() for line in lines(**changes)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"linked_by": "other"}, "Linked, in different stories: the verdict on 2 names 1."),
        ({"same_story": True}, "Linked, in the same story: the verdict on 1 names 2."),
        (
            {"linked_by": None, "same_story": False, "now": {"contained": 0.1, "contains": 0.299}},
            "Not linked, in different stories: links begin at 30%.",
        ),
        (
            {"linked_by": None, "same_story": True, "now": {"contained": 0.1, "contains": 0.3}},
            NOT_FOUND,
        ),
        (
            {"same_story": None, "now": {"contained": 0.299, "contains": 0.1}},
            "Too little for a link, which begins at 30%.",
        ),
        ({"same_story": None, "now": {"contained": 0.3, "contains": 0.1}}, "Enough for a link, which begins at 30%."),
        (
            {"now": {"contained": 1.0, "contains": 1.0, "shared": 0}},
            "Both are the same words, too few for a shingle (five words).",
        ),
    ],
)
def test_why_there_is_a_link_or_none_is_a_sentence(changes, sentence):
    assert sentence in said(**changes)


@pytest.mark.parametrize("same_story", [None, False])
@pytest.mark.parametrize(("title", "linked"), [("عاجل", False), ("واشنطن: ترسم", True)])
def test_bodies_without_a_shingle_are_linked_only_under_one_title(same_story: bool | None, title: str, linked: bool):
    same = {"jaccard": 1.0, "contained": 1.0, "contains": 1.0, "shared": 0}
    titles = {"article": {"title": "واشنطن ترسم"}, "other": {"title": title}}
    shown = "\n".join(said(**titles, stretches=[], now=same, linked_by=None, stated=None, same_story=same_story))
    assert (
        "No link: bodies of fewer than five words are linked only under titles of the same words." in shown
    ) != linked


def test_nothing_shared_shows_no_text():
    nothing = {"jaccard": 0.0, "contained": 0.0, "contains": 0.0, "shared": 0}
    shown = said(stretches=[], now=nothing, linked_by=None, stated=None, changed=False)
    assert shown[7:] == [
        "0 shingles shared",
        "0.0% of 1 stands in 2, 0.0% of 2 in 1 (jaccard 0.00)",
        "Not linked, in different stories: links begin at 30%.",
    ]


def stretch(text: str, shared: str) -> list[dict[str, Any]]:
    start = text.index(shared)
    passage = {"start": start, "end": start + len(shared), "text": shared}
    return [{"words": len(shared.split()), "here": passage, "there": passage}]


def test_of_what_is_not_shared_only_the_words_beside_the_marks_are_shown():
    before, after = (" ".join(f"{letter}{n}" for n in range(30)) for letter in "قب")
    text = f"{before} واحد اثنان ثلاثة أربعة خمسة {after}"
    shared = stretch(text, "واحد اثنان ثلاثة أربعة خمسة")
    shown = said(article={"body": text}, other={"body": text}, stretches=shared)
    assert shown[12:16] == [
        "1  alwatan:",
        "… 22 words …",
        "ق22 ق23 ق24 ق25 ق26 ق27 ق28 ق29 [واحد اثنان ثلاثة أربعة خمسة] ب0 ب1 ب2 ب3 ب4 ب5 ب6 ب7",
        "… 22 words …",
    ]
    whole = " ".join(said(article={"body": text}, other={"body": text}, stretches=shared, whole=True)[13:])
    assert f"{before} [واحد اثنان ثلاثة أربعة خمسة] {after}" in whole


def test_stretches_that_overlap_or_stand_twice_are_marked_once():
    text = "a b c d e f g h"
    two = [
        {
            "words": 6,
            "here": {"start": 0, "end": 11, "text": "a b c d e f"},
            "there": {"start": 0, "end": 11, "text": ""},
        },
        {"words": 5, "here": {"start": 6, "end": 15, "text": "d e f g h"}, "there": {"start": 0, "end": 9, "text": ""}},
    ]
    shown = said(article={"body": text}, other={"body": "a b c d e f"}, stretches=two)
    assert (shown[13], shown[16]) == ("[a b c d e f g h]", "[a b c d e f]")


def test_on_a_terminal_what_is_shared_is_bold_and_not_in_brackets():
    marked = [
        line.plain[span.start : span.end]
        for line in lines(plain=False)
        for span in line.spans
        if span.style == "bold yellow"
    ]
    assert marked == ["قصف التحالف مواقع في دير الزور", "قصف التحالف مواقع في دير الزّور"]


def test_right_to_left_text_is_isolated_in_every_line_and_can_t_steer_the_terminal():
    hostile = "قبل \x1b[31mحلب\x07 \u202eبعد"
    shown = lines(
        article={"title": hostile, "source": hostile, "url": hostile, "body": f"{hostile}\n{AGENCY}"},
        stretches=stretch(f"{hostile}\n{AGENCY}", AGENCY),
        width=30,
    )
    for line in shown:
        assert line.plain.count(FIRST_STRONG_ISOLATE) == line.plain.count(POP_DIRECTIONAL_ISOLATE) <= 1
        assert not set(line.plain) & {"\x1b", "\x07", "\u202e", "\n"}


def exits(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["isnad", "explain", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code, capsys.readouterr().err.strip()


def test_without_an_api_there_is_a_sentence_that_says_what_to_do(monkeypatch, capsys):
    status, told = exits(monkeypatch, capsys, "a", "b", "--api", "http://127.0.0.1:9")
    assert status == 1
    assert "isnad up" in told
    assert "Traceback" not in told


def test_an_unknown_id_is_told_in_the_api_s_words(monkeypatch, capsys, api):
    api.status, api.body = 404, json.dumps({"detail": "No article has the id x."}).encode()
    assert exits(monkeypatch, capsys, "a", "x", "--api", api.url) == (2, "isnad: No article has the id x.")


def test_an_empty_id_is_told_as_the_command_names_it(monkeypatch, capsys, api):
    api.status, api.body = 422, json.dumps({"errors": [{"where": "query.other", "detail": "too short"}]}).encode()
    assert exits(monkeypatch, capsys, "a", "", "--api", api.url) == (2, "isnad: ID2: too short.")


def test_another_server_at_the_address_is_told_from_isnad_s_api(monkeypatch, capsys, api):
    api.body = b"<html>"
    status, told = exits(monkeypatch, capsys, "a", "b", "--api", api.url)
    assert (status, "not isnad's API" in told) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("a", "a"), "An article shares all with itself: name two articles."),
        (("a", "b", "--skip-bad"), "--skip-bad is about files. Add: --input FILE"),
    ],
)
def test_a_call_that_makes_no_sense_is_told(monkeypatch, capsys, arguments, sentence):
    assert exits(monkeypatch, capsys, *arguments) == (2, f"isnad: {sentence}")


@pytest.fixture
def articles(tmp_path):
    file = tmp_path / "articles.jsonl"
    rows = [
        {"id": "a", "source": "agency", "title": "قصف", "body": "نص قديم", "published_at": "2018-02-08T06:00:00Z"},
        {"id": "b", "source": "paper", "title": "قصف", "body": PAPER, "published_at": "2018-02-08T09:00:00Z"},
        {"id": "a", "source": "agency", "title": "قصف", "body": AGENCY, "published_at": "2018-02-08T06:00:00Z"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    return file


def test_two_articles_of_a_file_are_compared_without_any_server(articles):
    """Of the one that comes twice, the last text counts."""
    shown = run("--input", str(articles), "b", "a").translate(ISOLATES)
    assert "2 shingles shared; the longest stretch has 6 words" in shown
    assert "   paper · 2018-02-08 · 4 shingles\n" in shown
    assert "Enough for a link, which begins at 30%." in shown
    assert "وأكد مصدر: [قصف التحالف مواقع في دير الزّور]" in shown


def test_the_json_of_files_is_what_the_api_would_answer(articles):
    """The same fields; what only a verdict says is null."""
    told = json.loads(run("--input", str(articles), "b", "a", "--json"))
    verdicts = {"story_id": "", "relation": "original"}
    for side in ("article", "other"):
        assert {name: told[side][name] for name in verdicts} == dict.fromkeys(verdicts)
        told[side] |= verdicts
    assert told["same_story"] is None
    answer = ComparisonAnswer.model_validate({**told, "same_story": False})
    assert set(json.loads(answer.model_dump_json())) == set(told)
    assert json.loads(answer.article.model_dump_json()) == told["article"]
    assert [one.model_dump() for one in answer.stretches] == told["stretches"]
    assert told["now"] == {"jaccard": 0.5, "contained": 0.5, "contains": 1.0, "shared": 2}


def test_of_an_article_without_a_date_none_is_shown(tmp_path):
    """Neither that of the article before it nor one that nobody wrote; and one shingle is one shingle."""
    file = tmp_path / "articles.jsonl"
    rows = [
        {"id": "a", "source": "agency", "body": "واحد اثنان ثلاثة أربعة خمسة", "appended_at": "2018-02-08"},
        {"id": "b", "source": "paper", "body": "واحد اثنان ثلاثة أربعة خمسة ستة", "published_at": None},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    shown = run("--input", str(file), "a", "b").translate(ISOLATES).splitlines()
    assert (shown[1], shown[4]) == ("   agency · 1 shingle", "   paper · 2 shingles")
    told = json.loads(run("--input", str(file), "a", "b", "--json"))
    assert [(told[side]["published_at"], told[side]["dated"]) for side in ("article", "other")] == [(None, False)] * 2


def test_a_path_that_can_not_be_looked_at_is_told(monkeypatch, capsys):
    name = "a" * 300
    assert exits(monkeypatch, capsys, "a", "b", "--input", name) == (
        2,
        f"isnad: {name} can't be looked at: File name too long",
    )


def test_an_article_that_no_file_has_is_named(monkeypatch, capsys, articles):
    other = articles.with_name("more.jsonl")
    other.write_text("")
    assert exits(monkeypatch, capsys, "a", "x", "--input", str(articles)) == (
        2,
        f"isnad: {articles} has no article with the id x.",
    )
    status, told = exits(monkeypatch, capsys, "y", "x", "--input", str(articles), "--input", str(other))
    assert (status, told) == (2, "isnad: None of the 2 files has an article with the id y or x.")


def test_a_line_that_is_no_article_is_told_and_can_be_left_out(monkeypatch, capsys, articles):
    with articles.open("a") as file:
        file.write("\n{}\n")
    status, told = exits(monkeypatch, capsys, "a", "b", "--input", str(articles))
    assert (status, "line 4" in told, "--skip-bad" in told) == (2, True, True)
    assert "2 shingles shared" in run("a", "b", "--input", str(articles), "--skip-bad")


def test_only_a_question_to_the_api_needs_its_address(monkeypatch, articles):
    monkeypatch.setenv("ISNAD_API", "not a url")
    done = CliRunner().invoke(explain, ["a", "b"])
    assert (done.exit_code, "no URL of a server" in done.output) == (2, True)
    of_files = CliRunner().invoke(explain, ["a", "b", "--input", str(articles)])
    assert of_files.exit_code == 0
