"""Certificates for TLS that should not be trusted, and one that may be."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def server_context(folder: Path, *, host: str = "127.0.0.1", expired: bool = False) -> ssl.SSLContext:
    """What a server shows: a certificate signed by itself, which is in `authority(folder)` for whoever trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    end = datetime.now(UTC) + (timedelta(hours=-1) if expired else timedelta(hours=1))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a system")])
    alternative = x509.DNSName(host) if host[-1].isalpha() else x509.IPAddress(ip_address(host))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=1))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    shown = certificate.public_bytes(serialization.Encoding.PEM)
    authority(folder).write_bytes(shown)
    (folder / "server.pem").write_bytes(private + shown)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


def authority(folder: Path) -> Path:
    """The file to name as `ca_file`."""
    return folder / "authority.pem"
