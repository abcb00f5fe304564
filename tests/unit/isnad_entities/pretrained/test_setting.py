"""One setting puts a transformers model in the place of the one that ships, offline and in the chain."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.unit.isnad_entities.pretrained.tiny_model import write_model

from isnad import settings
from isnad.codec import decode, encode
from isnad.errors import SetupError
from isnad.messages import EnrichedArticle, MatchedArticle
from isnad.outcomes import Record
from isnad.topics import Topics
from isnad_entities.app import enriching
from isnad_entities.command import entities
from isnad_entities.settings import EntitiesModel, EntitiesSettings

EXAMPLE = min((Path(__file__).parents[3] / "examples" / "articles.matched").glob("*.json"))
ARTICLE = {"id": "a", "title": "زرقوش", "body": "قال زرقوش برطاش."}


@pytest.fixture
def model(tmp_path):
    """Invented names, which stand on no list."""
    words = {"زرقوش": "B-PERS", "برطاش": "I-PERS", "قال": "O", ".": "O"}
    return write_model(tmp_path / "model", ["O", "B-PERS", "I-PERS"], words)


def found(*options, environ=None):
    """The names of the article, as (type, text, field)."""
    result = CliRunner().invoke(
        entities,
        ["--input", "-", "--output", "-", *options],
        input=json.dumps(ARTICLE, ensure_ascii=False) + "\n",
        env=environ,
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    return [(one["type"], one["text"], one["field"]) for one in json.loads(result.stdout)["entities"]]


NAMED = [("PER", "زرقوش", "title"), ("PER", "زرقوش برطاش", "body")]


def test_the_setting_of_the_chain_names_the_model_offline_too(model):
    assert found(environ={"ISNAD_ENTITIES_MODEL": str(model)}) == NAMED
    changed = {"ISNAD_ENTITIES_MODEL": str(model), "ISNAD_ENTITIES_MODEL_LABELS": "PERS=ORG"}
    assert found(environ=changed) == [("ORG", text, field) for _, text, field in NAMED]


def test_an_option_of_the_command_comes_before_the_setting(model):
    assert found("--model", str(model), environ={"ISNAD_ENTITIES_MODEL": "no/such/folder"}) == NAMED


async def test_the_stage_of_the_chain_names_by_it(model):
    example = decode(MatchedArticle, EXAMPLE.read_bytes())
    article = msgspec.structs.replace(example.article, title=ARTICLE["title"], body=ARTICLE["body"], dateline=None)
    value = encode(msgspec.structs.replace(example, article=article))
    record = Record("articles.matched", 0, 7, datetime(2018, 2, 9, tzinfo=UTC), b"key", value)
    (outcome,) = await enriching(Topics(""), model=EntitiesModel(name=str(model)))([record])
    found = decode(EnrichedArticle, outcome.messages[0].value).mentions
    assert [(one.type, one.text, one.field) for one in found] == NAMED


def test_a_wrong_setting_is_an_error_that_names_it(model):
    with pytest.raises(SetupError, match="There is no folder no/such/folder"):
        found(environ={"ISNAD_ENTITIES_MODEL": "no/such/folder"})
    with pytest.raises(SetupError, match=r"ISNAD_ENTITIES_MODEL_DEVICE.*choose from auto, cpu, cuda"):
        found(environ={"ISNAD_ENTITIES_MODEL": str(model), "ISNAD_ENTITIES_MODEL_DEVICE": "tpu"})


def test_the_service_reads_all_of_it():
    told = settings.load(
        EntitiesSettings,
        {
            "ISNAD_ENTITIES_MODEL": "org/name",
            "ISNAD_ENTITIES_MODEL_REVISION": "v2",
            "ISNAD_ENTITIES_MODEL_FILE": "onnx/model_int8.onnx",
            "ISNAD_ENTITIES_MODEL_LABELS": "NORP=MISC",
            "ISNAD_ENTITIES_MODEL_DEVICE": "cpu",
            "ISNAD_ENTITIES_MODEL_THREADS": "2",
        },
    )
    assert told.entities_model == EntitiesModel(
        name="org/name", revision="v2", file="onnx/model_int8.onnx", labels="NORP=MISC", device="cpu", threads=2
    )
    assert settings.load(EntitiesSettings, {}).entities_model == EntitiesModel()
