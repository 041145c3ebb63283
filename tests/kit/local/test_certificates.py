import ssl
from datetime import UTC, datetime, timedelta

from cryptography import x509

from kit.local.certificates import loopback_certificate


def names(certificate):
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    return loaded.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def test_it_names_localhost_and_the_loopback_addresses(tmp_path):
    certificate, _ = loopback_certificate(tmp_path)
    assert names(certificate).get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(a) for a in names(certificate).get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_it_is_made_once(tmp_path):
    certificate, key = loopback_certificate(tmp_path)
    before = certificate.read_bytes(), key.read_bytes()
    loopback_certificate(tmp_path)
    assert (certificate.read_bytes(), key.read_bytes()) == before


def test_it_is_made_anew_for_another_name(tmp_path):
    loopback_certificate(tmp_path)
    certificate, _ = loopback_certificate(tmp_path, ("team.localhost",))
    assert "team.localhost" in names(certificate).get_values_for_type(x509.DNSName)


def test_the_key_fits_and_is_for_its_owner_alone(tmp_path):
    certificate, key = loopback_certificate(tmp_path)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    assert key.stat().st_mode & 0o777 == 0o600


def test_it_is_no_authority_and_ends_within_thirteen_months(tmp_path):
    loaded = x509.load_pem_x509_certificate(loopback_certificate(tmp_path)[0].read_bytes())
    assert not loaded.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert loaded.not_valid_after_utc < datetime.now(UTC) + timedelta(days=398)
