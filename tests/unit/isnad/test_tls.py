"""Files of certificates, and what is said of connections that fail by them."""

import ssl

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from isnad import tls
from isnad.errors import SetupError


@pytest.fixture
def own(tmp_path):
    """A certificate and its key, as files."""
    issued = trustme.CA().issue_cert("client.example")
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    return certificate, key


def test_an_unknown_server_is_never_trusted():
    """Whatever is set: a certificate is required, and for the name that is connected to."""
    context = tls.client_context(variable="X")
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_an_own_certificate_is_loaded(own):
    """With its key in a file of its own, or in the same."""
    certificate, key = map(str, own)
    tls.client_context(certificate=certificate, key=key, variable="X")
    with own[0].open("a") as both:
        both.write(own[1].read_text())
    tls.client_context(certificate=certificate, variable="X")


@pytest.mark.parametrize("held", [None, "", "no certificate"])
def test_a_file_without_certificates_is_told(tmp_path, held):
    """The variable, the file and why."""
    file = tmp_path / "ca.pem"
    if held is not None:
        file.write_text(held)
    with pytest.raises(SetupError, match=rf"^X_CA: {file} holds no certificates that can be read \(.+\)\. Name a file"):
        tls.client_context(ca=str(file), variable="X")


def test_an_own_certificate_without_its_key_is_told(own, tmp_path):
    """And with the key of another."""
    other = tmp_path / "other.key"
    trustme.CA().issue_cert("other.example").private_key_pem.write_to_path(other)
    for key in ("", str(other), str(tmp_path / "missing")):
        with pytest.raises(SetupError, match="Look at X_CERTIFICATE, X_KEY and X_KEY_PASSWORD"):
            tls.client_context(certificate=str(own[0]), key=key, variable="X")


def test_a_key_with_a_password_is_opened_by_it(own):
    """A wrong one is told, and none is asked for on the terminal; the message holds neither."""
    certificate, key = own
    opened = serialization.load_pem_private_key(key.read_bytes(), None)
    locked = serialization.BestAvailableEncryption(b"open sesame")
    key.write_bytes(opened.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    tls.client_context(certificate=str(certificate), key=str(key), key_password="open sesame", variable="X")
    for wrong in ("", "close sesame"):
        with pytest.raises(SetupError, match="X_KEY_PASSWORD") as refused:
            tls.client_context(certificate=str(certificate), key=str(key), key_password=wrong, variable="X")
        assert "sesame" not in str(refused.value)


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> ssl.SSLError:
    """Return what ends the handshake of two sides that talk through memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(10):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as exc:
                return exc
    raise AssertionError("they came together")


def test_a_name_that_the_certificate_does_not_hold(tmp_path):
    """Is another mistake than a certificate that nobody trusts."""
    authority = trustme.CA()
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("here.example").configure_cert(server)
    error = shake_hands(tls.client_context(ca=str(ca), variable="X"), server, "there.example")
    said = tls.refusal(error, whose="Kafka at there.example:1", variable="X")
    assert said.startswith("The certificate of Kafka at there.example:1 is for another name (Hostname mismatch")
    assert "Write in X a name that it holds" in said
    error = shake_hands(tls.client_context(variable="X"), server, "here.example")
    assert "Look at X_CA" in tls.refusal(error, whose="Kafka at here.example:1", variable="X")
