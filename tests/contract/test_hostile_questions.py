"""What nobody should ask is answered or refused with a sentence, and soon: on the fake and the real Elasticsearch."""

import time
import uuid
from urllib.parse import quote

import pytest
from tests.fuzz.served import opened

from isnad.elastic import Elastic
from isnad.indexes import Indexes
from isnad.testing.builders import enriched_article
from isnad.testing.search import FakeIndex
from isnad_index.documents import article_write
from isnad_index.setting_up import set_up

SLOW_SECONDS = 5.0

REFUSED, ANSWERED = (400, 422), (200,)
QUESTIONS = {
    "everything in Lucene's language": ("*:*", REFUSED),
    "a regular expression": ("/.*(a+)+$/", ANSWERED),
    "a field": ("body:الخبر _exists_:title", ANSWERED),
    "a wildcard": ("ال*", ANSWERED),
    "fuzziness and boosts": ("الخبر~2^1000000", ANSWERED),
    "a quotation mark without its other": ('"نص الخبر', ANSWERED),
    "quotation marks only": ('""" « » "', REFUSED),
    "brackets and operators": ("((((نص OR) AND NOT) ] } [TO", ANSWERED),
    "JSON": ('{"query":{"match_all":{}}}', ANSWERED),
    "a script": ("<script>alert(1)</script> ${jndi:ldap://x/y}", ANSWERED),
    "ten kilobytes": ("n" * 10_000, REFUSED),
    "ten thousand letters": ("ن" * 10_000, (431,)),
    "five hundred letters without a space": ("ن" * 500, ANSWERED),
    "too many words": ("ن " * 200, REFUSED),
    "only stop words": ("في من على", ANSWERED),
    "only marks and tatweel": ("ًٌٍَُِّْـــ", REFUSED),
    "NUL": ("نص\0الخبر", ANSWERED),
    "only NUL": ("\0", REFUSED),
    "bidi controls": ("\u202eنص\u2066\u200f الخبر\u2069", ANSWERED),
    "only bidi controls": ("\u202e\u2066\u200f", REFUSED),
    "emoji and joiners": ("👨‍👩‍👧‍👦 نص", ANSWERED),
    "the largest character": ("\U0010ffff نص", ANSWERED),
    "only exclusions": ("-نص", ANSWERED),
    "many alternatives": (" | ".join(["نص"] * 32), ANSWERED),
    "marks on marks": ("ن" + "ّ" * 400, ANSWERED),
}
ADDRESSES = {
    "half a character": ("/v1/search?q=%ED%A0%80", REFUSED),
    "bytes that are no UTF-8": ("/v1/search?q=%FF%FE", REFUSED),
    "a page past the end": ("/v1/search?page=100&size=10", ANSWERED),
    "a page far past the end": ("/v1/search?page=101&size=10", REFUSED),
    "a page beyond all numbers": ("/v1/search?page=" + "9" * 300, REFUSED),
    "an endless number of stories": ("/v1/search?size=100000", REFUSED),
    "an entity that is a pattern": ("/v1/search?entity=LOC:" + quote(".*|[^|]*"), ANSWERED),
    "an entity without a name": ("/v1/search?entity=LOC:", ANSWERED),
    "names that are a pattern": ("/v1/entities?q=" + quote(".*|[^"), ANSWERED),
    "names that are a pattern, with a filter": ("/v1/entities?language=ar&q=" + quote(".*|[^"), ANSWERED),
    "a name that many have, of filtered articles": ("/v1/entities?type=LOC&language=ar&q=" + quote("ا"), ANSWERED),
    "entities of all kinds": ("/v1/entities?" + "&".join(f"entity=LOC:{n}" for n in range(20)), ANSWERED),
    "an entity of ten kilobytes": ("/v1/search?entity=" + "n" * 10_000, ANSWERED),
    "names with NUL": ("/v1/entities?q=%00" + quote("سوريا"), ANSWERED),
    "an outlet with NUL": ("/v1/search?outlet=%00", ANSWERED),
    "a language in a script": ("/v1/search?language=" + quote("<b>"), ANSWERED),
    "too many outlets": ("/v1/search?" + "&".join(["outlet=a"] * 21), REFUSED),
    "the first of all days": ("/v1/search?from=0001-01-01&to=9999-12-31", ANSWERED),
    "a time in an odd zone": ("/v1/search?from=2018-01-01T00:00:00%2B23:59", ANSWERED),
    "an id with NUL": ("/v1/articles/%00", (404,)),
    "an id that climbs": ("/v1/articles/..%2F..%2F_search", (404,)),
    "an id of ten kilobytes": ("/v1/articles/" + "a" * 10_000, (404, *REFUSED)),
    "links of half a character": ("/v1/articles/%ED%A0%80/links", (404,)),
    "a story with a long id": ("/v1/stories/" + "a" * 600, (404, *REFUSED)),
    "a story with NUL": ("/v1/stories/%00", (404,)),
    "a comparison of long ids": ("/v1/comparison?id=" + "a" * 5000 + "&other=b", (404, *REFUSED)),
}
ASKED = {name: (f"/v1/search?q={quote(text)}", statuses) for name, (text, statuses) in QUESTIONS.items()} | ADDRESSES


@pytest.fixture(scope="module")
def indexes():
    return Indexes(f"test-{uuid.uuid4().hex[:8]}")


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
async def api(request, indexes, tmp_path):
    index = FakeIndex() if request.param == "fake" else Elastic(request.getfixturevalue("elasticsearch"))
    await set_up(index, indexes, 0)
    write = article_write(enriched_article(), indexes)
    await index.create(write.index)
    await index.bulk([write])
    await index.refresh(write.index)
    async with opened(index, indexes, tmp_path / "keys.json") as client:
        yield client
    await index.close()


async def test_it_is_answered_or_refused_with_a_sentence_and_soon(api):
    wrong = {}
    for name, (address, statuses) in ASKED.items():
        begun = time.monotonic()
        answer = await api.get(address)
        seconds = time.monotonic() - begun
        if answer.status_code not in statuses or seconds > SLOW_SECONDS:
            wrong[name] = (answer.status_code, round(seconds, 1), answer.text[:200])
        elif answer.status_code >= 400:
            assert answer.json()["detail"], name
    assert wrong == {}
