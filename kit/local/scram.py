"""The verifier that PostgreSQL keeps of a password, made here so that the server never sees the password.

https://www.rfc-editor.org/rfc/rfc5803 and https://www.postgresql.org/docs/current/catalog-pg-authid.html
"""

import base64
import hashlib
import hmac
import os

from kit.local.errors import LocalError

_ITERATIONS = 4096


def verifier(password: str) -> str:
    """`SCRAM-SHA-256$…` of a password in printable ASCII, which is all that RDS takes.

    Raises LocalError for any other.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    """
    if not password or not password.isascii() or not password.isprintable():
        raise LocalError("The master password in its secret is empty or not printable ASCII: change it.")
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored_key = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    server_key = _hmac(salted, b"Server Key")
    return f"SCRAM-SHA-256${_ITERATIONS}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
