import ssl
from typing import Any

from tests.server_image.deployment import SERVER_IMAGE


def test_the_bundle_holds_amazons_authorities() -> None:
    context = ssl.create_default_context(cafile=str(SERVER_IMAGE / "rds-global-bundle.pem"))
    authorities: list[Any] = list(context.get_ca_certs())
    subjects = [dict(part[0] for part in authority["subject"]) for authority in authorities]
    assert {"Amazon RDS eu-central-1 Root CA RSA2048 G1", "Amazon RDS us-east-1 Root CA RSA2048 G1"} <= {
        subject["commonName"] for subject in subjects
    }
    assert {subject["organizationName"] for subject in subjects} == {"Amazon Web Services, Inc."}


def test_requirements_are_pinned_by_hash_and_name_no_index() -> None:
    lines = (SERVER_IMAGE / "requirements.txt").read_text().splitlines()
    packages = [number for number, line in enumerate(lines) if line[:1].isalnum()]
    assert packages
    assert all("==" in lines[number] and "--hash=sha256:" in lines[number + 1] for number in packages)
    assert not [line for line in lines if "://" in line or "index-url" in line]
