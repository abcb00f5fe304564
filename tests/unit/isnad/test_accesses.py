"""How Kafka and Elasticsearch let us in: what goes together, where it is read from, and that no secret is shown."""

import dataclasses

import pytest

from isnad.elastic_access import ElasticAccess
from isnad.errors import SetupError
from isnad.kafka_access import KafkaAccess
from isnad.secret import Secret
from isnad.settings import ServiceSettings, load
from isnad_api.settings import ApiSettings
from isnad_index.settings import IndexSettings

SASL = {
    "ISNAD_KAFKA": "a:1, b:2",
    "ISNAD_KAFKA_SECURITY": "SASL_SSL",
    "ISNAD_KAFKA_USER": "prepare",
    "ISNAD_KAFKA_PASSWORD": "sesame",
    "ISNAD_KAFKA_CA": "ca.pem",
}


def test_kafka_is_told_by_variables():
    """Each field by its own; what is not given has its default."""
    kafka = load(ServiceSettings, SASL).kafka
    assert kafka == KafkaAccess("a:1,b:2", security="SASL_SSL", user="prepare", password=Secret("sesame"), ca="ca.pem")
    assert kafka.mechanism == "SCRAM-SHA-512"
    assert (kafka.tls, kafka.sasl, str(kafka)) == (True, True, "a:1,b:2")


def test_the_password_may_come_from_a_file(tmp_path):
    file = tmp_path / "password"
    file.write_text("sesame\n")
    environ = {**SASL, "ISNAD_KAFKA_PASSWORD": "", "ISNAD_KAFKA_PASSWORD_FILE": str(file)}
    assert load(ServiceSettings, environ).kafka.password == Secret("sesame")


def test_empty_variables_are_not_set():
    """As settings files leave them; so the local stack keeps the user's own Kafka from its services."""
    environ = dict.fromkeys(SASL, "") | {"ISNAD_KAFKA": "a:1", "ISNAD_KAFKA_PASSWORD_FILE": ""}
    assert load(ServiceSettings, environ).kafka == KafkaAccess("a:1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ISNAD_KAFKA_SECURITY": "TLS"}, "ISNAD_KAFKA_SECURITY='TLS': .*choose from PLAINTEXT, SSL, SASL_PLAINTEXT"),
        ({"ISNAD_KAFKA_MECHANISM": "GSSAPI"}, "choose from SCRAM-SHA-512, SCRAM-SHA-256, PLAIN"),
        ({"ISNAD_KAFKA_PASSWORD": ""}, "needs a user and a password. Set ISNAD_KAFKA_USER, and ISNAD_KAFKA_PASSWORD"),
        ({"ISNAD_KAFKA_USER": ""}, "needs a user and a password"),
        ({"ISNAD_KAFKA_SECURITY": ""}, "ISNAD_KAFKA_SECURITY is PLAINTEXT, which sends none. Set it to SASL_SSL"),
        ({"ISNAD_KAFKA_SECURITY": "SSL"}, "ISNAD_KAFKA_SECURITY is SSL, which sends none"),
        ({"ISNAD_KAFKA_SECURITY": "SASL_PLAINTEXT"}, "which encrypts nothing. Set it to SASL_SSL or SSL"),
        ({"ISNAD_KAFKA_KEY": "key.pem"}, "ISNAD_KAFKA_KEY is set without ISNAD_KAFKA_CERTIFICATE"),
        ({"ISNAD_KAFKA": "prepare:sesame@a:1"}, "'…@a:1' is no address of Kafka"),
        ({"ISNAD_KAFKA_PASSWORD_FILE": "/nowhere"}, "both set"),
        ({"ISNAD_KAFKA_PASSWORD": "sesame\nsesame"}, "ISNAD_KAFKA_PASSWORD must hold one line"),
    ],
)
def test_what_does_not_go_together_is_told_at_the_start(change, said):
    """A sentence that names the variable to change; the password is not in it."""
    with pytest.raises(SetupError, match=said) as refused:
        load(ServiceSettings, SASL | change)
    assert "sesame" not in str(refused.value)


def test_an_address_alone_is_access_without_security():
    assert KafkaAccess.of("a:1") == KafkaAccess("a:1")
    access = KafkaAccess("a:1", security="SSL")
    assert KafkaAccess.of(access) is access
    assert ElasticAccess.of("http://a:9200").url == "http://a:9200"


@pytest.mark.parametrize("kind", [IndexSettings, ApiSettings])
def test_elasticsearch_is_told_by_variables(kind, tmp_path):
    """Of both services that talk to it."""
    file = tmp_path / "key"
    file.write_text("c2VzYW1l\n")
    environ = {
        "ISNAD_ELASTICSEARCH": "https://es:9200/",
        "ISNAD_ELASTICSEARCH_API_KEY_FILE": str(file),
        "ISNAD_ELASTICSEARCH_CA": "ca.pem",
    }
    assert load(kind, environ).elasticsearch == ElasticAccess(
        "https://es:9200", api_key=Secret("c2VzYW1l"), ca="ca.pem"
    )


def test_user_and_password_are_taken_out_of_the_address():
    """Percent-encoded as they have to be there."""
    access = ElasticAccess("https://m%40e:ses%2Fame@es:9200/path")
    assert (access.url, access.user, access.password) == ("https://es:9200/path", "m@e", Secret("ses/ame"))
    assert "ame" not in f"{access} {access!r}".replace("password", "")


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"": "es:9200"}, "'es:9200' is no address of Elasticsearch; write http://host:9200 or https://host:9200"),
        ({"": "https://me:sesame@es"}, "ISNAD_ELASTICSEARCH: '…@es' is no address"),
        ({"": "es://me:sesame@es:9200"}, "'…@es:9200' is no address"),
        ({"": "https://me:ses#ame@es:9200"}, "'…@es:9200' is no address"),
        ({"_USER": "me"}, "only one is set"),
        ({"": "https://me@es:9200"}, "only one is set"),
        ({"_USER": "me", "_PASSWORD": "sesame", "_API_KEY": "sesame"}, "Both an API key and a user"),
        ({"": "https://me:sesame@es:9200", "_USER": "you", "_PASSWORD": "sesame"}, "Keep the second"),
        ({"_CA": "ca.pem"}, "not encrypted. Write https://"),
    ],
)
def test_what_can_t_be_of_elasticsearch_is_told_at_the_start(environ, said):
    """With the variable, and without the password."""
    with pytest.raises(SetupError, match=said) as refused:
        load(IndexSettings, {f"ISNAD_ELASTICSEARCH{name}": value for name, value in environ.items()})
    assert "sesame" not in str(refused.value)


@pytest.mark.parametrize("kind", [IndexSettings, ApiSettings])
def test_settings_can_be_logged(kind):
    """No secret is in their text, however they are turned into one."""
    environ = {
        **SASL,
        "ISNAD_KAFKA_CERTIFICATE": "own.pem",
        "ISNAD_KAFKA_KEY_PASSWORD": "sesame",
        "ISNAD_ELASTICSEARCH": "https://me:sesame@es:9200",
    }
    told = load(kind, environ)
    assert told.elasticsearch.password.reveal() == told.kafka.key_password.reveal() == "sesame"
    assert "sesame" not in f"{told} {told!r} {dataclasses.asdict(told)}"
