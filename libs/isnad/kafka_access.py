"""Where Kafka is and how it lets us in (pure)."""

from dataclasses import dataclass, field
from typing import Literal, Self

from isnad.endpoints import kafka_servers
from isnad.errors import SetupError
from isnad.secret import Secret

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """Kafka's address, and what its listener asks of those who connect, by Kafka's own names.

    In texts it is the address only. Each field but the first is set by `ISNAD_KAFKA_<NAME>`, the first by
    `ISNAD_KAFKA`.

    Raises:
        ValueError: the address is not written as one; the text is a sentence for the user.
        SetupError: the fields don't go together.
    """

    servers: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port[,host:port]`."""
    security: Security = "PLAINTEXT"
    """The listener's protocol: `SSL` is encrypted, `SASL_…` asks for user and password."""
    mechanism: Mechanism = "SCRAM-SHA-512"
    """How user and password are proved; with `PLAIN` the server sees the password."""
    user: str = ""
    password: Secret = field(default_factory=Secret)
    ca: str = ""
    """File with the certificates to trust (PEM), if not the system's."""
    certificate: str = ""
    """File with our own certificate (PEM), where the listener asks for one."""
    key: str = ""
    """File with the key of our own certificate (PEM), if it is not in the same file."""
    key_password: Secret = field(default_factory=Secret)

    def __post_init__(self) -> None:
        """Check that nothing is missing, and nothing given in vain: a password that is not used is a mistake."""
        object.__setattr__(self, "servers", kafka_servers(self.servers))
        if self.sasl and not (self.user and self.password):
            raise SetupError(
                f"ISNAD_KAFKA_SECURITY is {self.security}, which needs a user and a password. "
                "Set ISNAD_KAFKA_USER, and ISNAD_KAFKA_PASSWORD or ISNAD_KAFKA_PASSWORD_FILE."
            )
        if not self.sasl and (self.user or self.password):
            raise SetupError(
                f"A user or password of Kafka is set, but ISNAD_KAFKA_SECURITY is {self.security}, which sends none. "
                "Set it to SASL_SSL (or to SASL_PLAINTEXT), or unset ISNAD_KAFKA_USER and ISNAD_KAFKA_PASSWORD."
            )
        if not self.tls and (self.ca or self.certificate or self.key):
            raise SetupError(
                f"Certificates for Kafka are set, but ISNAD_KAFKA_SECURITY is {self.security}, which encrypts nothing. "
                "Set it to SASL_SSL or SSL, or unset ISNAD_KAFKA_CA, ISNAD_KAFKA_CERTIFICATE and ISNAD_KAFKA_KEY."
            )
        if self.key and not self.certificate:
            raise SetupError("ISNAD_KAFKA_KEY is set without ISNAD_KAFKA_CERTIFICATE. Set both, or none.")

    @classmethod
    def of(cls, kafka: "str | KafkaAccess") -> Self:
        """Return the access itself, or for an address the access without any security."""
        return kafka if isinstance(kafka, cls) else cls(str(kafka))

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security in ("SSL", "SASL_SSL")

    @property
    def sasl(self) -> bool:
        """Whether user and password are asked for."""
        return self.security in ("SASL_PLAINTEXT", "SASL_SSL")

    @property
    def guarded(self) -> bool:
        """Whether Kafka knows who we are, and so may keep things from us."""
        return self.sasl or bool(self.certificate)

    def __str__(self) -> str:
        return self.servers
