import pytest
from tracking_server.errors import SettingsError
from tracking_server.settings import MigrateSettings, ServeSettings

DATABASE = {
    "DATABASE_HOST": "database.example.com",
    "DATABASE_NAME": "mlflow",
    "DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:user",
}
SERVE = DATABASE | {
    "MLFLOW_ARTIFACTS_DESTINATION": "s3://bucket/artifacts",
    "MLFLOW_SERVER_ALLOWED_HOSTS": "Team.Example.com,other.example.com:8443, *.internal",
    "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
    "MLFLOW_AUTH_ADMIN_PASSWORD": "canary-admin-password",
    "TRACKING_ENCRYPTION_KEY": "canary-encryption-key-of-32-characters",
}


def test_every_missing_variable_is_named_in_one_error() -> None:
    with pytest.raises(SettingsError) as caught:
        ServeSettings.read({})
    for name in SERVE:
        assert f"{name} is missing" in str(caught.value)


def test_migrate_names_the_masters_variables_too() -> None:
    with pytest.raises(SettingsError, match=r"DATABASE_MASTER_USERNAME.*DATABASE_MASTER_PASSWORD"):
        MigrateSettings.read(DATABASE)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PORT", "70000"),
        ("DATABASE_SSLMODE", "verify_full"),
        ("DATABASE_CONNECT_TIMEOUT_SECONDS", "1"),
        ("DATABASE_IDLE_SECONDS", "-1"),
        ("TRACKING_AUTH", "iam"),
        ("TRACKING_ARTIFACTS", "proxy"),
        ("TRACKING_STORE", "sqlite"),
        ("TRACKING_SCHEME", "ftp"),
        ("MLFLOW_WORKERS", "two"),
        ("MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW", "0"),
        ("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "true"),
    ],
)
def test_an_invalid_value_is_named_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}', not "):
        ServeSettings.read(SERVE | {name: value})


@pytest.mark.parametrize("name", ["MLFLOW_AUTH_ADMIN_PASSWORD", "TRACKING_ENCRYPTION_KEY"])
def test_a_secret_that_is_too_short_is_named_and_not_shown(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is shorter than") as caught:
        ServeSettings.read(SERVE | {name: "canary"})
    assert "canary" not in str(caught.value)


def test_tls_is_verified_unless_told_otherwise() -> None:
    assert ServeSettings.read(SERVE).database.sslmode == "verify-full"


IAM = {"DATABASE_AUTH": "iam", "DATABASE_REGION": "eu-central-1", "DATABASE_SECRET_ARN": ""}


def test_with_tokens_of_iam_a_region_is_asked_for_instead_of_a_secret() -> None:
    assert ServeSettings.read(SERVE | IAM).database.region == "eu-central-1"
    with pytest.raises(SettingsError, match="DATABASE_REGION is missing"):
        ServeSettings.read(SERVE | IAM | {"DATABASE_REGION": ""})


@pytest.mark.parametrize("mode", ["disable", "prefer", "require"])
def test_a_token_goes_to_a_database_that_has_proved_who_it_is(mode: str) -> None:
    """PostgreSQL is sent the token itself: whoever else reads it is in."""
    with pytest.raises(SettingsError, match=f"DATABASE_SSLMODE is '{mode}', not one of verify-ca, verify-full"):
        ServeSettings.read(SERVE | IAM | {"DATABASE_SSLMODE": mode})
    assert ServeSettings.read(SERVE | IAM | {"DATABASE_SSLMODE": mode, "DATABASE_HOST": "127.0.0.1"})


def test_allowed_hosts_are_lower_case_and_come_with_any_port() -> None:
    assert ServeSettings.read(SERVE).allowed_hosts == (
        "team.example.com",
        "other.example.com:8443",
        "*.internal",
        "team.example.com:*",
    )


def test_direct_artifacts_ask_for_the_root_instead_of_the_destination() -> None:
    with pytest.raises(SettingsError, match="MLFLOW_DEFAULT_ARTIFACT_ROOT is missing"):
        ServeSettings.read(SERVE | {"TRACKING_ARTIFACTS": "direct"})


def test_without_authentication_no_administrator_is_asked_for() -> None:
    variables = {name: value for name, value in SERVE.items() if "ADMIN" not in name}
    assert ServeSettings.read(variables | {"TRACKING_AUTH": "none"}).auth == "none"


OIDC = SERVE | {
    "TRACKING_AUTH": "oidc",
    "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "https://Team.Example.com",
    "OIDC_ISSUER": "https://login.example.com",
    "OIDC_CLIENT_ID": "mlflow",
    "OIDC_CLIENT_SECRET": "canary-client-secret",
    "OIDC_ALLOWED_GROUPS": '["data, science"]',
}


def test_a_provider_is_read_with_oidc_alone() -> None:
    found = ServeSettings.read(OIDC).oidc
    assert found is not None
    assert (found.audience, found.username_claim, found.allowed_groups) == ("mlflow", "sub", {"data, science"})
    assert ServeSettings.read(OIDC | {"TRACKING_AUTH": "basic"}).oidc is None


@pytest.mark.parametrize(
    "name",
    [
        "OIDC_ISSUER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "OIDC_ALLOWED_GROUPS",
        "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
        "MLFLOW_AUTH_ADMIN_PASSWORD",
    ],
)
def test_nothing_of_a_provider_is_guessed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is missing"):
        ServeSettings.read({key: value for key, value in OIDC.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://login.example.com"),
        ("OIDC_ALLOWED_GROUPS", "readers"),
        ("OIDC_ALLOWED_GROUPS", '{"readers": true}'),
        ("OIDC_ADMIN_GROUPS", '[""]'),
    ],
)
def test_what_is_wrong_of_a_provider_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is "):
        ServeSettings.read(OIDC | {name: value})


def test_settings_show_no_secret() -> None:
    master = {"DATABASE_MASTER_USERNAME": "master", "DATABASE_MASTER_PASSWORD": "canary"}
    assert "canary" not in repr(ServeSettings.read(OIDC)) + repr(MigrateSettings.read(DATABASE | master))
