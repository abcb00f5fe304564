"""Where Elasticsearch is and how it lets us in (pure)."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from isnad.endpoints import base_url, shown
from isnad.errors import SetupError
from isnad.secret import Secret


@dataclass(frozen=True, slots=True)
class ElasticAccess:
    """Elasticsearch's address, and the API key, or user and password, that it asks for.

    In texts it is the address only. Each field but the first is set by `ISNAD_ELASTICSEARCH_<NAME>`, the first by
    `ISNAD_ELASTICSEARCH`.

    Raises:
        ValueError: the address is not written as one; the text is a sentence for the user, without a password.
        SetupError: the fields don't go together.
    """

    url: str = "http://127.0.0.1:9200"
    """`http://host:port` or `https://host:port`; `user:password@` may stand before the host, and is taken out here."""
    api_key: Secret = field(default_factory=Secret)
    """The encoded key, as Elasticsearch gives it out."""
    user: str = ""
    password: Secret = field(default_factory=Secret)
    ca: str = ""
    """File with the certificates to trust (PEM), if not the system's."""

    def __post_init__(self) -> None:
        """Take user and password out of the address, and check what is there."""
        self._split_address()
        if bool(self.user) != bool(self.password):
            raise SetupError(
                "Of ISNAD_ELASTICSEARCH_USER and ISNAD_ELASTICSEARCH_PASSWORD (or ISNAD_ELASTICSEARCH_PASSWORD_FILE) "
                "only one is set. Set both, or none."
            )
        if self.api_key and self.user:
            raise SetupError(
                "Both an API key and a user of Elasticsearch are set. "
                "Keep one: ISNAD_ELASTICSEARCH_API_KEY, or ISNAD_ELASTICSEARCH_USER with its password."
            )
        if self.ca and not self.tls:
            raise SetupError(
                f"ISNAD_ELASTICSEARCH_CA is set, but {self.url} is not encrypted. "
                "Write https:// in ISNAD_ELASTICSEARCH, or unset ISNAD_ELASTICSEARCH_CA."
            )

    @classmethod
    def of(cls, elasticsearch: "str | ElasticAccess") -> Self:
        """Return the access itself, or make it of an address."""
        return elasticsearch if isinstance(elasticsearch, cls) else cls(str(elasticsearch))

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.url.startswith("https://")

    def __str__(self) -> str:
        return self.url

    def _split_address(self) -> None:
        wrong = f"{shown(self.url)!r} is no address of Elasticsearch; write http://host:9200 or https://host:9200"
        try:
            parts = urlsplit(base_url(self.url))
            port = parts.port
        except ValueError as exc:
            raise ValueError(wrong) from exc
        if port is None:
            raise ValueError(wrong)
        host = parts.netloc.rpartition("@")[2]
        object.__setattr__(self, "url", parts._replace(netloc=host).geturl().rstrip("/"))
        if parts.username:
            if self.user:
                raise SetupError(
                    "A user stands in ISNAD_ELASTICSEARCH and in ISNAD_ELASTICSEARCH_USER. Keep the second."
                )
            object.__setattr__(self, "user", unquote(parts.username))
            object.__setattr__(self, "password", Secret(unquote(parts.password or "")))
