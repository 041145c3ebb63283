"""The keys that MLflow wants, all derived from one secret so that every task has the same ones."""

import base64

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def mlflow_keys(encryption_key: str) -> dict[str, str]:
    """MLflow's keys by environment variable, derived with HKDF-SHA256 (RFC 5869).

    - `MLFLOW_FLASK_SERVER_SECRET_KEY` signs sessions and CSRF tokens; basic auth does not start without it.
    - `MLFLOW_CRYPTO_KEK_PASSPHRASE` protects the AI gateway's secrets; MLflow's default is public.
    - `MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY` is a Fernet key; without it each process makes its own.

    Changing `encryption_key` or a label here makes what was encrypted before unreadable.
    """
    return {
        "MLFLOW_FLASK_SERVER_SECRET_KEY": _derive(encryption_key, "flask-session"),
        "MLFLOW_CRYPTO_KEK_PASSPHRASE": _derive(encryption_key, "key-encryption"),
        "MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY": _derive(encryption_key, "webhook"),
    }


def _derive(encryption_key: str, purpose: str) -> str:
    """32 bytes as URL-safe base64, which is also Fernet's format for a key."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"mlflow-tracking-server/{purpose}".encode())
    return base64.urlsafe_b64encode(hkdf.derive(encryption_key.encode())).decode()
