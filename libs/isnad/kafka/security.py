"""How Kafka lets a client in, in aiokafka's words."""

import ssl
from typing import Any

from isnad import tls
from isnad.kafka_access import KafkaAccess

VARIABLE = "ISNAD_KAFKA"


def tls_context(access: KafkaAccess) -> ssl.SSLContext | None:
    """Return how the server's certificate is checked, None where nothing is encrypted.

    Raises:
        SetupError: a file of certificates can't be read.
    """
    if not access.tls:
        return None
    return tls.client_context(
        ca=access.ca,
        certificate=access.certificate,
        key=access.key,
        key_password=access.key_password.reveal(),
        variable=VARIABLE,
    )


def credentials(access: KafkaAccess) -> dict[str, Any]:
    """Return what every connection is told: whether it is encrypted, and as whom it logs in.

    Raises:
        SetupError: a file of certificates can't be read.
    """
    told: dict[str, Any] = {"security_protocol": access.security, "ssl_context": tls_context(access)}
    if access.sasl:
        told |= {
            "sasl_mechanism": access.mechanism,
            "sasl_plain_username": access.user,
            "sasl_plain_password": access.password.reveal(),
        }
    return told


def options(access: KafkaAccess) -> dict[str, Any]:
    """Return what every client is told: the address, our name, and the credentials.

    Raises:
        SetupError: a file of certificates can't be read.
    """
    return {"bootstrap_servers": access.servers, "client_id": "isnad", **credentials(access)}
