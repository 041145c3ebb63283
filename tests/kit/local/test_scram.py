import base64
import hashlib
import hmac

import pytest

from kit.local import scram
from kit.local.errors import LocalError


def test_a_verifier_is_what_rfc_5803_says() -> None:
    scheme, salts, keys = scram.verifier("pencil").split("$")
    iterations, salt = salts.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", base64.b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    assert scheme == "SCRAM-SHA-256"
    assert base64.b64decode(keys.split(":")[0]) == hashlib.sha256(client_key).digest()


@pytest.mark.parametrize("password", ["", "pässword", "tab\t"])
def test_a_password_that_rds_would_refuse_is_refused(password: str) -> None:
    with pytest.raises(LocalError, match="printable ASCII"):
        scram.verifier(password)
