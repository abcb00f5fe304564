"""What our connections ask of the other side's certificate."""

import ssl

from isnad.errors import SetupError


def client_context(
    *, ca: str = "", certificate: str = "", key: str = "", key_password: str = "", variable: str
) -> ssl.SSLContext:
    """Return the context of a client that trusts nobody without a valid certificate for the name it connects to.

    Args:
        ca: file with the certificates to trust (PEM); the system's if empty.
        certificate: file with the client's own certificate (PEM); none if empty.
        key: file with its key (PEM), if it is not in the same file.
        key_password: of the key's file, if it has one.
        variable: prefix of the environment variables that these come from, for messages.

    Raises:
        SetupError: a file can't be read, or is not what it should be.
    """
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca or None)
    except (OSError, ValueError) as exc:
        raise SetupError(
            f"{variable}_CA: {ca} holds no certificates that can be read ({_reason(exc)}). "
            "Name a file with certificates in PEM form, which the user of this process may read."
        ) from exc
    if certificate:
        try:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key or None, password=lambda: key_password)
        except (OSError, ValueError) as exc:
            raise SetupError(
                f"{variable}_CERTIFICATE: {certificate} and its key can't be used ({_reason(exc)}). "
                f"Look at {variable}_CERTIFICATE, {variable}_KEY and {variable}_KEY_PASSWORD."
            ) from exc
    return context


def refusal(error: ssl.SSLError, *, whose: str, variable: str) -> str:
    """Return why no encrypted connection comes about, and at which setting to look.

    Args:
        error: what was raised while connecting.
        whose: the server, as "Kafka at host:port".
        variable: prefix of the environment variables.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        if "mismatch" in said:
            return (
                f"The certificate of {whose} is for another name ({said}). Write in {variable} a name that it holds, "
                "or give the server a certificate for this one."
            )
        return (
            f"The certificate of {whose} is not trusted ({said}). "
            f"Look at {variable}_CA: it names the file with the certificates to trust."
        )
    said = (error.reason or "").lower().replace("_", " ")
    if "alert" in said and any(about in said for about in ("certificate", "unknown ca", "handshake failure")):
        return (
            f"{whose} refuses our certificate, or asks for one ({said}). "
            f"Look at {variable}_CERTIFICATE and {variable}_KEY."
        )
    return (
        f"{whose} accepts connections, but no encrypted ones ({said or 'no answer in TLS'}). "
        f"Look at {variable}, and whether it is the server's port for TLS."
    )


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not in PEM form").lower().replace("_", " ")
    return getattr(error, "strerror", None) or str(error)
