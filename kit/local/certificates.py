"""A certificate for services on loopback, made once and kept with the state of the laptop runtime."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kit.local import whole_file

_LIFETIME = datetime.timedelta(days=397)
_RENEW_BEFORE = datetime.timedelta(days=30)


def loopback_certificate(folder: Path, host_names: tuple[str, ...] = ()) -> tuple[Path, Path]:
    """Certificate and private key (PEM files, the key for its owner alone) for localhost, 127.0.0.1 and ::1.

    `host_names` are further names that resolve to loopback. The certificate signs itself, so it is its own
    bundle of authorities for clients. It is made anew when a name is missing or when it ends within a month.
    """
    certificate, key = folder / "loopback.crt", folder / "loopback.key"
    names = ("localhost", *host_names)
    if not (key.exists() and certificate.exists() and _serves(certificate, names)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(certificate, key, names)
    return certificate, key


def _serves(certificate: Path, names: tuple[str, ...]) -> bool:
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    alternatives = loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lasts = loaded.not_valid_after_utc - _RENEW_BEFORE > datetime.datetime.now(datetime.UTC)
    return lasts and set(names) <= set(alternatives.get_values_for_type(x509.DNSName))


def _make(certificate: Path, key: Path, names: tuple[str, ...]) -> None:
    private_key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "laptop runtime on loopback")])
    addresses = [ipaddress.ip_address(address) for address in ("127.0.0.1", "::1")]
    now = datetime.datetime.now(datetime.UTC)
    identifier = x509.SubjectKeyIdentifier.from_public_key(private_key.public_key())
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        .add_extension(
            x509.SubjectAlternativeName([*map(x509.DNSName, names), *map(x509.IPAddress, addresses)]),
            critical=False,
        )
        # Not an authority: were the key lost, nothing but loopback could be forged with it.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(private_key, hashes.SHA256())
    )
    key_text = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole_file.write(key, key_text)
    whole_file.write(certificate, signed.public_bytes(serialization.Encoding.PEM))
