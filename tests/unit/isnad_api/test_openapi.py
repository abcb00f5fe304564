"""The API describes itself, with examples that are true."""

import re

import jsonschema

from isnad_api.app import create_app
from isnad_api.models import SearchAnswer


def test_every_answer_is_described(parts):
    paths = create_app(parts).openapi()["paths"]
    assert set(paths) == {
        *("/v1/articles", "/v1/search", "/v1/entities", "/v1/articles/{id}", "/v1/stories/{id}", "/v1/entities/{id}"),
        *("/v1/articles/{id}/links", "/v1/comparison", "/v1/takedowns/{id}"),
    }
    for methods in paths.values():
        for operation in methods.values():
            assert operation["summary"]
            assert {"4XX", "500", "503"} <= set(operation["responses"])


def test_the_example_of_a_pushed_article_fits_its_description(parts):
    content = create_app(parts).openapi()["paths"]["/v1/articles"]["post"]["requestBody"]["content"]
    described = content["application/json"]
    jsonschema.validate(described["example"], described["schema"])


def test_the_example_of_an_answer_fits_its_description():
    for example in SearchAnswer.model_config["json_schema_extra"]["examples"]:
        assert SearchAnswer.model_validate(example)


async def test_the_description_is_shown_without_any_other_server(api):
    """All that the page loads comes from the API itself; the root leads there."""
    begin = await api.get("/")
    assert (begin.status_code, begin.headers["location"]) == (307, "/docs")
    page = (await api.get("/docs")).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(loaded) >= 2
    for address in loaded:
        assert address.startswith("/")
        assert (await api.get(address)).status_code == 200


def test_relation_and_origin_are_told_apart(parts):
    schemas = create_app(parts).openapi()["components"]["schemas"]
    assert "order of arrival" in schemas["ArticleHit"]["properties"]["relation"]["description"]
    assert "published first" in schemas["Origin"]["description"]
