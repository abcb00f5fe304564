"""`isnad rights`: prints the least that each service has to be allowed in Kafka and Elasticsearch."""

import json
import shlex

import click

from isnad.errors import RequestError
from isnad.indexes import Indexes
from isnad.options import topic_prefix_option
from isnad.topics import Topics
from isnad_cli.granting import ELASTIC_KEYS, KAFKA_USERS, ElasticKey, KafkaUser, kafka_grants, key_request


@click.group(epilog="Example: isnad rights kafka prepare")
def rights() -> None:
    """Print the least that each service has to be allowed.

    Nothing is changed: whoever looks after Kafka and Elasticsearch reads it, and runs it.
    """


@rights.command(
    epilog="Example: isnad rights kafka index --program 'kafka-acls.sh --bootstrap-server kafka-1:9093 "
    "--command-config admin.properties' | sh"
)
@click.argument("users", nargs=-1, type=click.Choice(KAFKA_USERS))
@click.option(
    "--principal",
    default="User:isnad-{}",
    show_default=True,
    help="What Kafka calls them; {} stands for the name of the service.",
)
@click.option(
    "--program",
    default="kafka-acls.sh --bootstrap-server localhost:9092",
    show_default=True,
    help="What each line begins with.",
)
@topic_prefix_option
def kafka(users: tuple[KafkaUser, ...], principal: str, program: str, topic_prefix: str) -> None:
    """Print the commands that give USERS their rights in Kafka; without USERS, all of them.

    USERS are the services, `feeder` for `isnad feed`, and `operator` for `isnad topics`, `dead` and `replay`.
    """
    if len(set(users or KAFKA_USERS)) > 1 and "{}" not in principal:
        raise RequestError(
            f"--principal {principal} would give one user the rights of several. "
            "Write {} where the name of the service stands, as User:isnad-{}, or name one of USERS."
        )
    for user in users or KAFKA_USERS:
        for grant in kafka_grants(user, Topics(topic_prefix)):
            arguments = ["--add", "--allow-principal", principal.replace("{}", user)]
            for operation in grant.operations:
                arguments += ["--operation", operation]
            if grant.prefixed:
                arguments += ["--resource-pattern-type", "prefixed"]
            click.echo(f"{program} {shlex.join([*arguments, f'--{grant.resource}', grant.name])}")


@rights.command(
    epilog="Example: isnad rights elasticsearch index | curl -u elastic --cacert ca.pem --json @- "
    "https://elasticsearch-1:9200/_security/api_key"
)
@click.argument("key", type=click.Choice(ELASTIC_KEYS))
@click.option("--index-prefix", envvar="ISNAD_INDEX_PREFIX", default="isnad", show_default=True)
def elasticsearch(key: ElasticKey, index_prefix: str) -> None:
    """Print the request that makes an API key of Elasticsearch with just the rights of KEY.

    KEY is `index` (the index service, which writes), `api` (which only reads) or `operator` (`isnad replay` and
    `isnad content`). What Elasticsearch answers holds the key under `encoded`: put it into a file, and the file's
    name into ISNAD_ELASTICSEARCH_API_KEY_FILE of the service.
    """
    click.echo(json.dumps(key_request(key, Indexes(index_prefix)), indent=2))
