"""`isnad search`: what is asked of the API, and what a person sees."""

import json

import msgspec
import pytest
from click.testing import CliRunner

from isnad_api.models import SearchAnswer
from isnad_cli.__main__ import main
from isnad_cli.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE
from isnad_cli.found import Found, Meant, show
from isnad_cli.search import search

EXAMPLE = SearchAnswer.model_validate(SearchAnswer.model_config["json_schema_extra"]["examples"][0])

ISOLATES = FIRST_STRONG_ISOLATE + POP_DIRECTIONAL_ISOLATE


@pytest.fixture
def api(api):
    api.body = EXAMPLE.model_dump_json().encode()
    return api


def run(api, *arguments):
    done = CliRunner().invoke(search, [*arguments, "--api", api.url], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_json_is_the_api_s_answer_as_it_is(api):
    assert run(api, "سوريا", "--json") == EXAMPLE.model_dump_json() + "\n"


def test_every_option_is_asked_of_the_api(api):
    run(
        api,
        *("سوريا", "أمريكا", "--outlet", "a", "--outlet", "b", "--entity", "LOC:سوريا", "--day", "2018-02-09"),
        *(
            "--from",
            "2018-02-01",
            "--to",
            "2018-03-01",
            "--language",
            "ar",
            "--sort",
            "oldest",
            "--size",
            "3",
            "--page",
            "2",
        ),
    )
    assert api.path == "/v1/search"
    assert sorted(api.asked) == sorted([
        ("q", "سوريا أمريكا"), ("outlet", "a"), ("outlet", "b"), ("entity", "LOC:سوريا"), ("day", "2018-02-09"),
        ("from", "2018-02-01"), ("to", "2018-03-01"), ("language", "ar"), ("sort", "oldest"),
        ("size", "3"), ("page", "2"),
    ])  # fmt: skip


def test_a_person_sees_the_story_its_outlets_the_marked_words_and_the_facets(api):
    shown = run(api, "سوريا")
    assert "1 story, 2 articles" in shown
    assert "التحالف يقصف في دير الزور" in shown
    assert "alwatan" in shown
    assert "2 of 2 articles fit" in shown
    assert "في شرق [سورية]" in shown
    assert f"سوريا{POP_DIRECTIONAL_ISOLATE} 2" in shown


def test_right_to_left_text_is_isolated_in_every_line(api):
    for line in run(api, "سوريا").splitlines():
        assert line.count(FIRST_STRONG_ISOLATE) == line.count(POP_DIRECTIONAL_ISOLATE)


def found(**changes):
    answer = json.loads(EXAMPLE.model_dump_json())
    answer["hits"][0]["hits"][0].update(changes)
    return msgspec.json.decode(json.dumps(answer), type=Found)


def test_on_a_terminal_the_words_are_bold_and_not_in_brackets():
    lines = list(show(found(), 80, plain=False))
    (line,) = [line for line in lines if "في شرق" in line.plain]
    assert [line.plain[span.start : span.end] for span in line.spans if span.style == "bold yellow"] == ["سورية"]


def test_an_article_can_t_steer_the_terminal():
    """Escape sequences, and marks that would turn the direction of what follows."""
    text = "قبل \x1b[31mحلب\x07 \u202eبعد"
    highlight = {"field": "body", "text": text, "marks": [[9, 12]], "html": ""}
    shown = "\n".join(line.plain for line in show(found(highlights=[highlight]), 80, plain=True))
    assert "[حلب]" in shown
    assert not set(shown) & {"\x1b", "\x07", "\u202e"}


def test_a_long_piece_is_broken_into_lines_that_fit():
    text = " ".join(["كلمة"] * 60)
    highlight = {"field": "body", "text": text, "marks": [[0, 4]], "html": ""}
    lines = [line.plain for line in show(found(highlights=[highlight]), 60, plain=False) if "كلمة" in line.plain]
    assert len(lines) == 3
    assert all(len(line) <= 60 + 3 for line in lines)


def member(id_, source, title, published_at="2018-02-08T06:00:00Z", **more):
    return {
        "id": id_, "source": source, "title": title, "url": f"https://{source}.example/{id_}", "language": "ar",
        "published_at": published_at, "relation": "original", "highlights": [], **more,
    }  # fmt: skip


def share(id_, contained, contains):
    return {"id": id_, "story_id": "a", "jaccard": 0.5, "contained": contained, "contains": contains}


def lines_of(hits, origin, *, matching=None):
    """The lines of one story, without the marks of direction."""
    answer = json.loads(EXAMPLE.model_dump_json())
    articles = matching or len(hits)
    answer["hits"][0].update(hits=hits, origin=origin, title=origin["title"], matching=articles, articles=articles)
    shown = show(msgspec.json.decode(json.dumps(answer), type=Found), 100, plain=True)
    isolates = str.maketrans("", "", FIRST_STRONG_ISOLATE + POP_DIRECTIONAL_ISOLATE)
    lines = [line.plain.translate(isolates).strip() for line in shown]
    return lines[2 : lines.index("", 2)]


ORIGIN = member("o", "early", "الأصل")
COPY = member("c", "late", "النسخة", "2018-02-08T09:00:00Z")


def test_a_copy_that_arrived_before_its_origin_is_told_without_contradiction():
    """The origin by publication is a copy by arrival, and all it copies was published later."""
    origin = {**ORIGIN, "relation": "copy", "share": share("c", 1.0, 0.8)}
    lines = lines_of([origin, COPY], ORIGIN)
    assert lines == [
        "1  الأصل",
        "alalam-news, alwatan · 2018-02-08 · 2 of 2 articles fit",
        "https://early.example/o",
        "└─ late: النسخة",
        "2018-02-08 · shares 80% of its wording with early",
        "https://late.example/c",
    ]


def test_a_copy_says_whose_wording_it_shares():
    copy = {**COPY, "relation": "copy", "share": share("o", 0.96, 0.3)}
    assert "2018-02-08 · copy: shares 96% of its wording with early" in lines_of([ORIGIN, copy], ORIGIN)


def test_an_article_of_the_same_outlet_is_told_by_its_title():
    copy = {**COPY, "source": "early", "relation": "revision", "share": share("o", 0.96, 0.3)}
    assert "2018-02-08 · new version: shares 96% of its wording with الأصل" in lines_of([ORIGIN, copy], ORIGIN)


def test_the_only_article_that_fits_is_listed_when_it_is_not_the_headline():
    """And what of the piece is not the headline's is said to be another's."""
    piece = {"field": "body", "text": "في حلب", "marks": [[3, 6]], "html": ""}
    copy = {**COPY, "relation": "copy", "share": share("o", 1, 1), "highlights": [piece]}
    lines = lines_of([copy], ORIGIN)
    assert lines[3:6] == ["in late:", "في [حلب]", "└─ late: النسخة"]


def test_the_headline_is_not_listed_again_and_its_piece_is_its_own():
    shown = "\n".join(
        lines_of([{**ORIGIN, "highlights": EXAMPLE.model_dump()["hits"][0]["hits"][0]["highlights"]}], ORIGIN)
    )
    assert shown.count("الأصل") == 1
    assert "in early" not in shown


def test_words_are_marked_in_titles_too():
    title = {"field": "title", "text": "الأصل", "marks": [[0, 5]], "html": ""}
    assert lines_of([{**ORIGIN, "highlights": [title]}], ORIGIN)[0] == "1  [الأصل]"


def test_a_date_that_is_the_arrival_s_is_said_to_be():
    lines = lines_of([{**ORIGIN, "dated": False}, {**COPY, "dated": False}], ORIGIN)
    assert lines[1].endswith("· arrived 2018-02-08 · 2 of 2 articles fit")
    assert "arrived 2018-02-08" in lines
    assert "arrived 2018-02-08" in lines_of([COPY], {**ORIGIN, "dated": False})[1]


def test_an_article_without_an_address_has_its_id_and_what_is_left_out_is_counted():
    lines = lines_of([{**ORIGIN, "url": None}], ORIGIN, matching=7)
    assert (lines[2], lines[-1]) == ("o", "… and 6 more articles that fit")


def test_nothing_found_is_said():
    empty = msgspec.structs.replace(found(), hits=(), stories=0, articles=0)
    assert [line.plain for line in show(empty, 80, plain=True)] == ["Nothing was found."]


def test_where_nothing_is_found_an_entity_that_nobody_names_is_told_with_those_of_the_same_name():
    known, unknown = (Meant(one, ids, ()) for one, ids in (("PER:مي", ("PER:مي",)), ("PER:ليلى", ())))
    misspelt = Meant("LOC:طرابلس:LB", (), ("LOC:طرابلس:LY", "LOC:طرابلس_اللبنانيه:LB"))
    empty = msgspec.structs.replace(found(), hits=(), stories=0, articles=0, meant=(known, unknown, misspelt))
    told = [line.plain.translate(dict.fromkeys(map(ord, ISOLATES))) for line in show(empty, 80, plain=True)]
    assert told == [
        "Nothing was found.",
        "No article names PER:ليلى.",
        "No article names LOC:طرابلس:LB. Of the same name: LOC:طرابلس:LY, LOC:طرابلس_اللبنانيه:LB.",
    ]


def exits(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["isnad", "search", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code, capsys.readouterr().err


def test_without_an_api_there_is_a_sentence_that_says_what_to_do(monkeypatch, capsys):
    status, said = exits(monkeypatch, capsys, "x", "--api", "http://127.0.0.1:9")
    assert status == 1
    assert "isnad up" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("answered", "body", "status", "sentence"),
    [
        (400, {"detail": "The search holds no word."}, 2, "The search holds no word."),
        (503, {"detail": "Searching is not available for now."}, 1, "Searching is not available for now."),
    ],
)
def test_what_the_api_refuses_is_said_in_its_words(monkeypatch, capsys, api, answered, body, status, sentence):
    api.status, api.body = answered, json.dumps(body).encode()
    left, said = exits(monkeypatch, capsys, "x", "--api", api.url)
    assert (left, said.strip()) == (status, f"isnad: {sentence}")


def test_a_wrong_option_is_named_as_the_command_names_it(monkeypatch, capsys, api):
    wrong = {"where": "query.from", "detail": "Value error, write a date (2018-02-08)"}
    api.status, api.body = 422, json.dumps({"detail": "query.from: Value error", "errors": [wrong]}).encode()
    left, said = exits(monkeypatch, capsys, "x", "--api", api.url)
    assert (left, said.strip()) == (2, "isnad: --from: write a date (2018-02-08).")


def test_who_leaves_the_first_word_out_is_told_how(monkeypatch, capsys):
    status, said = exits(monkeypatch, capsys, "-روسيا", "سوريا")
    assert status == 2
    assert "isnad search -- -روسيا" in said
    assert "No such option" not in said


def test_a_mistyped_option_is_still_told_as_one(monkeypatch, capsys):
    assert "No such option: --sizes" in exits(monkeypatch, capsys, "--sizes", "3")[1]


@pytest.mark.parametrize(("answered", "body"), [(404, b"<html>"), (200, b"<html>"), (200, b"{}")])
def test_another_server_at_the_address_is_told_from_isnad_s_api(monkeypatch, capsys, api, answered, body):
    api.status, api.body = answered, body
    status, said = exits(monkeypatch, capsys, "x", "--api", api.url)
    assert status == 1
    assert "not isnad's API" in said
