"""Whatever is asked of the API, the answer is one that its own description allows, and never a 5xx."""

import asyncio
import os
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from schemathesis.specs.openapi.schemas import OpenApiSchema
from tests.fuzz.served import parts, served

from isnad_api.app import create_app

EXAMPLES = int(os.environ.get("FUZZ_API_EXAMPLES", "8"))  # noqa: TID251  how `make fuzz` asks for more
"""For each address."""

ADDRESSES = [
    (path, method) for path, methods in create_app(parts(Path("none"))).openapi()["paths"].items() for method in methods
]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> OpenApiSchema:
    app, authorization = asyncio.run(served(tmp_path_factory.mktemp("keys") / "keys.json"))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    schema.config.update(headers={"Authorization": authorization})
    return schema


@pytest.mark.parametrize(("path", "method"), ADDRESSES)
def test_an_answer_is_as_the_api_describes_it(described: OpenApiSchema, path: str, method: str) -> None:
    """The status, the type, the headers and the content; what is not allowed is refused.

    Not that all that is allowed is taken: no schema can say that two ids must differ, or that a text must hold a word.
    """
    cases = described[path][method].as_strategy()

    @settings(max_examples=EXAMPLES, deadline=5000, suppress_health_check=list(HealthCheck))
    @given(cases)
    def ask(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(excluded_checks=[positive_data_acceptance])
        assert answer.status_code not in (401, 429), "the guard stood in front of what is to be tested"

    ask()
