"""Why Kafka does not let us in: aiokafka only logs it, and tells its caller that it could not connect."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import errors as kafka  # noqa: TID251  isnad.kafka is the adapter of aiokafka
from aiokafka.conn import collect_hosts, create_conn  # noqa: TID251

from isnad import tls
from isnad.errors import BrokerUnavailable
from isnad.kafka.security import VARIABLE, credentials
from isnad.kafka_access import KafkaAccess

_SECONDS = 3.0


@asynccontextmanager
async def explained(access: KafkaAccess) -> AsyncIterator[None]:
    """Say of a client that can't connect why that is, and at which setting to look.

    Raises:
        BrokerUnavailable: Kafka does not answer, or does not let us in; rights and certificates are changed while
            services run, so it is waited for.
        SetupError: a file of certificates can't be read.
    """
    try:
        yield
    except kafka.KafkaConnectionError as exc:
        raise BrokerUnavailable(await why_not(access)) from exc


async def why_not(access: KafkaAccess) -> str:
    """Try to connect once more and return why it fails, of the server that tells most."""
    # Who answers knows more than who is away.
    said = await asyncio.gather(*(_why_not(access, host, port) for host, port, _ in collect_hosts(access.servers)))
    return next((reason for reason in said if reason), f"Kafka does not answer at {access}")


async def _why_not(access: KafkaAccess, host: str, port: int) -> str:
    """Return why one server does not let us in; nothing if it does not answer at all."""
    whose = f"Kafka at {host}:{port}"
    try:
        async with asyncio.timeout(_SECONDS):
            connection = await create_conn(host, port, **credentials(access))
    except ssl.SSLError as exc:
        return tls.refusal(exc, whose=whose, variable=VARIABLE)
    except kafka.UnsupportedSaslMechanismError:
        return f"{whose} does not take {access.mechanism}. Look at ISNAD_KAFKA_MECHANISM."
    except (kafka.AuthenticationFailedError, kafka.SaslAuthenticationFailed) as exc:
        return (
            f"{whose} refuses the user {access.user!r} ({exc.args[0] if exc.args else 'no reason given'}). "
            "Look at ISNAD_KAFKA_USER, ISNAD_KAFKA_PASSWORD and ISNAD_KAFKA_MECHANISM."
        )
    except (kafka.KafkaError, OSError) as exc:
        if isinstance(exc.__cause__, ssl.SSLError):
            # With TLS 1.3 a server that wants our certificate ends the connection after the first question.
            return tls.refusal(exc.__cause__, whose=whose, variable=VARIABLE)
        return await _other_protocol(access, host, port)
    connection.close()
    asks = "" if access.sasl else " It may ask for a user and a password: look at ISNAD_KAFKA_SECURITY."
    return f"{whose} ends the connection as soon as it is asked something.{asks}"


async def _other_protocol(access: KafkaAccess, host: str, port: int) -> str:
    """Return which protocol is the right one, where the server accepts connections and does not speak ours."""
    if not await _accepts(host, port, None):
        return ""
    if access.tls:
        return (
            f"Kafka at {host}:{port} accepts connections, but no encrypted ones. "
            f"ISNAD_KAFKA_SECURITY is {access.security}: look at it, and at the port in ISNAD_KAFKA."
        )
    anybody = ssl.create_default_context()
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE  # only to find out whether it speaks TLS; nothing is sent
    if await _accepts(host, port, anybody):
        return (
            f"Kafka at {host}:{port} only accepts encrypted connections, and ISNAD_KAFKA_SECURITY is "
            f"{access.security}. Set it to SASL_SSL or SSL."
        )
    return ""


async def _accepts(host: str, port: int, context: ssl.SSLContext | None) -> bool:
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except OSError:
        return False
    writer.close()
    return True
