"""Corpora in the forms in which they are published."""

import gzip
import json
import zipfile
from datetime import UTC, datetime

import pytest

from isnad.errors import RequestError
from isnad_cli.bench.corpora import read


def test_a_zip_of_saudinewsnet_is_read_by_its_own_names(tmp_path):
    """A JSON array in a zip; times without a zone are UTC; the id is made of the address."""
    articles = [
        {
            "source": "alriyadh",
            "url": f"http://example.com/{number}",
            "date_extracted": "2015-07-21 02:51:32",
            "title": "عنوان",
            "author": "",
            "content": f"نص {number}",
        }
        for number in range(2)
    ]
    with zipfile.ZipFile(tmp_path / "day.zip", "w") as archive:
        archive.writestr("2015-07-21.json", json.dumps(articles))
    corpus = read([tmp_path / "day.zip"])
    assert corpus.texts == ["نص 0", "نص 1"]
    first = corpus.articles[0]
    assert (first.source, first.title) == ("alriyadh", "عنوان")
    assert first.published_at == datetime(2015, 7, 21, 2, 51, 32, tzinfo=UTC)


def test_lines_are_read_as_isnad_dedup_takes_them(tmp_path):
    """Packed, with isnad's own names; a repeated id and a record without any text are left out and counted."""
    lines = [
        {"id": "1", "source": "s", "title": "ا", "body": "نص", "published_at": "2018-03-01T00:06:36+04:00"},
        {"id": "1", "source": "s", "title": "ا", "body": "نص آخر"},
        {"id": "2", "source": "s", "title": "", "body": ""},
        {"id": "3", "source": "s", "body": "ثالث"},
    ]
    packed = tmp_path / "articles.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    corpus = read([packed])
    assert [article.id for article in corpus.articles] == ["1", "3"]
    assert corpus.articles[0].published_at == datetime(2018, 2, 28, 20, 6, 36, tzinfo=UTC)
    assert corpus.repeated == 1
    assert corpus.refused.total() == 1


def test_all_articles_stand_at_one_moment_of_the_log(tmp_path):
    """So none leaves the window, however far apart they were published."""
    lines = [
        {"id": str(year), "source": "s", "body": "نص", "published_at": f"{year}-01-01T00:00:00Z"}
        for year in (1999, 2018)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert len({article.appended_at for article in read([tmp_path / "a.jsonl"]).articles}) == 1


def test_a_limit_takes_the_first(tmp_path):
    """For a quick look."""
    lines = [{"id": str(number), "source": "s", "body": "نص"} for number in range(5)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert [article.id for article in read([tmp_path / "a.jsonl"], limit=2).articles] == ["0", "1"]


def test_a_corpus_without_an_article_is_refused_with_the_reason(tmp_path):
    """As where the field of the text has another name."""
    (tmp_path / "a.jsonl").write_text('{"id": "1", "source": "s", "text": "نص"}')
    with pytest.raises(RequestError, match=r"no article in the corpus \(has no `content`.*--map body=text\)"):
        read([tmp_path / "a.jsonl"])
