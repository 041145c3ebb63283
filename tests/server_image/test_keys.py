from cryptography.fernet import Fernet
from tracking_server.keys import mlflow_keys

SECRET = "an encryption key of at least 32 characters"


def test_every_task_derives_the_same_keys() -> None:
    assert mlflow_keys(SECRET) == mlflow_keys(SECRET)


def test_keys_differ_from_each_other_from_the_secret_and_between_secrets() -> None:
    keys = [*mlflow_keys(SECRET).values(), *mlflow_keys(SECRET + "x").values()]
    assert len({SECRET, *keys}) == 7


def test_a_derived_key_never_changes_or_what_is_stored_becomes_unreadable() -> None:
    assert mlflow_keys(SECRET)["MLFLOW_CRYPTO_KEK_PASSPHRASE"] == "LmcpX4aDyevtxObvcSosFuWoNEoKHQv9F6RI2Wm4GRo="


def test_the_webhook_key_is_a_fernet_key() -> None:
    fernet = Fernet(mlflow_keys(SECRET)["MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY"])
    assert fernet.decrypt(fernet.encrypt(b"secret")) == b"secret"
