"""Kafka and Elasticsearch as they stand in production: TLS, users, passwords, rights and API keys.

The fixtures `secured_kafka` and `secured_elasticsearch` start them. What each may is given and taken by the methods
of `SecuredKafka` and `SecuredElasticsearch`; the administrator's secrets are made anew for each test session.
"""

import base64
import hashlib
import secrets
import ssl
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import trustme
from aiokafka.client import AIOKafkaClient  # noqa: TID251  aiokafka's admin client can't give rights
from aiokafka.protocol.admin import CreateAclsRequest  # noqa: TID251
from cryptography.hazmat.primitives import serialization

from isnad.elastic_access import ElasticAccess
from isnad.kafka.security import options
from isnad.kafka_access import KafkaAccess
from isnad.secret import Secret
from isnad_cli.granting import Grant
from isnad_cli.local.elasticsearch_server import ElasticsearchServer
from isnad_cli.local.kafka_server import KafkaServer

ADMIN = "admin"

# The numbers of Kafka's protocol for rights.
_RESOURCES = {"topic": 2, "group": 3, "cluster": 4}
_OPERATIONS = {
    "Read": 3,
    "Write": 4,
    "Create": 5,
    "Alter": 7,
    "Describe": 8,
    "DescribeConfigs": 10,
    "AlterConfigs": 11,
}
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3


@dataclass(frozen=True)
class ApiKey:
    """A key of Elasticsearch; `encoded` is the secret that clients show."""

    id: str
    encoded: str


class Certificates:
    """An authority of the tests' own, and certificates that it signed for this machine.

    Attributes:
        ca: file with the certificate to trust.
        other_ca: file with that of another authority, which signed nothing here.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.ca, self.other_ca = folder / "ca.pem", folder / "other-ca.pem"
        self._authority.cert_pem.write_to_path(self.ca)
        trustme.CA().cert_pem.write_to_path(self.other_ca)

    def issue(self) -> tuple[str, str]:
        """Return a new certificate for this machine, with those that it hangs on, and its key (PKCS#8), in PEM."""
        issued = self._authority.issue_cert("localhost", "127.0.0.1")
        key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return "".join(pem.bytes().decode() for pem in issued.cert_chain_pems), key.decode()


def _password() -> str:
    return secrets.token_hex(12)


@dataclass(frozen=True, kw_only=True)
class SecuredKafka(KafkaServer):
    """Kafka with a listener that asks for TLS, SCRAM and rights, and one that asks for the client's certificate.

    `users` are there from the start, without any rights.
    """

    certificates: Certificates
    mutual_port: int
    password: str = field(default_factory=_password)
    users: tuple[str, ...] = (
        "prepare",
        "dedup",
        "entities",
        "index",
        "api",
        "feeder",
        "operator",
        "stranger",
        "leaver",
    )

    def properties(self) -> dict[str, str]:
        listener = "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config"
        module = "org.apache.kafka.common.security.scram.ScramLoginModule"
        config = self.folder / "config"
        listeners = f"SASL_SSL://127.0.0.1:{self.port},SSL://127.0.0.1:{self.mutual_port}"
        return {
            **super().properties(),
            "listeners": f"{listeners},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": listeners,
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL",
            "listener.name.ssl.ssl.client.auth": "required",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
            listener: f'{module} required username="{ADMIN}" password="{self.password}";',
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(config / "keystore.pem"),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(config / "ca.pem"),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            # The controller's own listener, on loopback and without users, is this one process talking to itself.
            "super.users": f"User:{ADMIN};User:ANONYMOUS",
            "group.min.session.timeout.ms": "1000",
        }

    def files(self) -> dict[str, str]:
        certificate, key = self.certificates.issue()
        return {**super().files(), "keystore.pem": key + certificate, "ca.pem": self.certificates.ca.read_text()}

    def format_options(self) -> tuple[str, ...]:
        return tuple(
            f"--add-scram=SCRAM-SHA-512=[name={user},password={self.password},iterations=4096]"
            for user in (ADMIN, *self.users)
        )

    def access(self, user: str = ADMIN, **other: Any) -> KafkaAccess:
        """How a user gets in; all have the same password here."""
        given = {"password": Secret(self.password), "ca": str(self.certificates.ca), **other}
        return KafkaAccess(self.address, security="SASL_SSL", user=user, **given)

    def mutual(self, **own: str) -> KafkaAccess:
        """How who has a certificate of his own gets in, without any rights."""
        return KafkaAccess(f"127.0.0.1:{self.mutual_port}", security="SSL", ca=str(self.certificates.ca), **own)

    def environment(self, user: str = ADMIN) -> dict[str, str]:
        """The same for a process; the password comes from a file."""
        file = self.certificates.ca.with_name("kafka-password")
        file.write_text(f"{self.password}\n")
        return {
            "ISNAD_KAFKA": self.address,
            "ISNAD_KAFKA_SECURITY": "SASL_SSL",
            "ISNAD_KAFKA_USER": user,
            "ISNAD_KAFKA_PASSWORD_FILE": str(file),
            "ISNAD_KAFKA_CA": str(self.certificates.ca),
        }

    async def allow(self, user: str, grants: Iterable[Grant]) -> None:
        """Give a user rights, as `kafka-acls.sh` would."""
        client = AIOKafkaClient(**options(self.access()))
        await client.bootstrap()
        try:
            for grant in grants:
                for operation in grant.operations:
                    request = CreateAclsRequest(
                        _RESOURCES[grant.resource],
                        grant.name,
                        _PREFIXED if grant.prefixed else _LITERAL,
                        f"User:{user}",
                        "*",
                        _OPERATIONS[operation],
                        _ALLOW,
                    )
                    answer = await client.send(client.get_random_node(), request)
                    assert [code for code, _ in answer.creation_responses] == [0], answer
        finally:
            await client.close()

    def forget(self, user: str) -> None:
        """Take a user's password away: who is connected stays so, and nobody new gets in."""
        client = self.folder.parent / "admin.properties"
        client.write_text(
            "security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\n"
            f"ssl.truststore.type=PEM\nssl.truststore.location={self.certificates.ca}\n"
            "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{ADMIN}" password="{self.password}";\n'
        )
        arguments = ["--bootstrap-server", self.address, "--command-config", str(client), "--alter"]
        entity = ["--entity-type", "users", "--entity-name", user, "--delete-config", "SCRAM-SHA-512"]
        subprocess.run([*self._java("kafka.admin.ConfigCommand"), *arguments, *entity], check=True, capture_output=True)


@dataclass(frozen=True, kw_only=True)
class SecuredElasticsearch(ElasticsearchServer):
    """Elasticsearch that asks for TLS, and for a user or an API key."""

    certificates: Certificates
    password: str = field(default_factory=_password)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        return {
            **super().settings(),
            "xpack.security.enabled": "true",
            "xpack.security.autoconfiguration.enabled": "false",
            "xpack.security.http.ssl.enabled": "true",
            "xpack.security.http.ssl.certificate": "http.pem",
            "xpack.security.http.ssl.key": "http.key",
            "xpack.security.authc.api_key.cache.ttl": "0s",
        }

    def files(self) -> dict[str, str]:
        certificate, key = self.certificates.issue()
        return {
            **super().files(),
            "http.pem": certificate,
            "http.key": key,
            "users": f"{ADMIN}:{_hashed(self.password)}\n",
            "users_roles": f"superuser:{ADMIN}\n",
        }

    @property
    def context(self) -> ssl.SSLContext:
        """What trusts its certificate."""
        return ssl.create_default_context(cafile=str(self.certificates.ca))

    def answers(self) -> bool:
        """Whether it has elected itself and can hold indices."""
        try:
            return self._ask("GET", "/_cluster/health?timeout=1s").is_success
        except httpx.HTTPError:
            return False

    def create_key(self, name: str, rights: Mapping[str, Any] | None = None) -> ApiKey:
        """Return a new API key that may do what the rights say (`role_descriptors`), or everything."""
        body = {"name": name, **({"role_descriptors": {name: rights}} if rights is not None else {})}
        answer = self._ask("POST", "/_security/api_key", body).raise_for_status().json()
        return ApiKey(answer["id"], answer["encoded"])

    def revoke_key(self, key: ApiKey) -> None:
        """Revoke an API key: from now on who shows it is answered 401."""
        self._ask("DELETE", "/_security/api_key", {"ids": [key.id]}).raise_for_status()

    def access(self, key: ApiKey) -> ElasticAccess:
        """How who shows a key gets in."""
        return ElasticAccess(self.url, api_key=Secret(key.encoded), ca=str(self.certificates.ca))

    def environment(self, key: ApiKey) -> dict[str, str]:
        """What a process is told that gets in with this key."""
        return {
            "ISNAD_ELASTICSEARCH": self.url,
            "ISNAD_ELASTICSEARCH_API_KEY": key.encoded,
            "ISNAD_ELASTICSEARCH_CA": str(self.certificates.ca),
        }

    def _ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        with httpx.Client(auth=(ADMIN, self.password), verify=self.context, trust_env=False, timeout=10) as client:
            return client.request(method, self.url + path, json=body)


def _hashed(password: str) -> str:
    """Return a password as Elasticsearch's file of users holds it: PBKDF2 with HMAC-SHA-512."""
    salt = secrets.token_bytes(32)
    iterations = 10_000
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, iterations, 32)
    return f"{{PBKDF2}}{iterations}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
