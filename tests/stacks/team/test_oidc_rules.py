"""What must hold of `auth: oidc`."""

from pathlib import Path

import pytest

from tests.stacks.team_folder import ZONE, Refused, accepted

ARN = "arn:aws:secretsmanager:{region}:111122223333:secret:of-mlflow-AbCdEf"
OIDC = f"""
oidc:
  issuer: https://login.example.com
  client_id: mlflow
  client_secret_arn: {ARN.format(region="eu-west-1")}
  allowed_groups: [data]
"""
HTTPS = f"domain: {{name: mlflow.example.com, {ZONE}}}\n"
GOOD = f"region: eu-west-1\nauth: oidc\n{HTTPS}{OIDC}"


@pytest.mark.parametrize("https", [HTTPS, "access: public\n", f"access: public\n{HTTPS}"])
def test_oidc_goes_with_every_https_name(tmp_path: Path, https: str) -> None:
    team = accepted(tmp_path, f"region: eu-west-1\nauth: oidc\n{https}{OIDC}")
    assert team.oidc
    assert (team.oidc.audience, team.oidc.username_claim, team.oidc.admin_groups) == (None, "sub", ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"region: eu-west-1\nauth: oidc\n{HTTPS}", "oidc: is missing; auth: oidc needs the provider; add oidc:"),
        (GOOD.replace("auth: oidc", "auth: basic"), "has no use with auth: basic; allowed with auth: oidc; remove it"),
        (GOOD.replace(HTTPS, ""), "auth: 'oidc' needs https; allowed with a domain or access: public; add domain:"),
        (
            f"{GOOD}network: {{egress: endpoints}}",
            "network.egress: 'endpoints' does not lead to the OpenID provider; allowed with auth: oidc: nat, public-ip",
        ),
        (GOOD.replace(":eu-west-1:", ":us-east-1:"), "oidc.client_secret_arn: 'arn:aws:secretsmanager:us-east-1:"),
        (GOOD.replace(":eu-west-1:", ":us-east-1:"), "is in us-east-1; allowed: a secret of the team's region;"),
        (GOOD.replace("-AbCdEf", "-Abc"), "is not the whole ARN of a secret"),
        (GOOD.replace("https://login", "http://login"), "is not an issuer; allowed: https:// with a host"),
        (GOOD.replace("example.com\n  client_id", "example.com:8443\n  client_id"), "is not an issuer"),
        (GOOD.replace("example.com\n  client_id", "example.com/?a=b\n  client_id"), "is not an issuer"),
        (GOOD.replace("client_id: mlflow", "client_id: ml flow"), "oidc.client_id: 'ml flow' is not one word"),
        (GOOD.replace("[data]", "[]"), "oidc.allowed_groups"),
        (GOOD.replace("  allowed_groups: [data]\n", ""), "oidc.allowed_groups: is missing"),
        (f"{GOOD}  admin_groups: ['*']", "oidc.admin_groups"),
        (f"{GOOD}  username_claim: 'a b'", "oidc.username_claim: 'a b' is not a claim's name"),
    ],
)
def test_what_cannot_work_or_would_let_strangers_in_is_refused(refused: Refused, text: str, sentence: str) -> None:
    assert sentence in refused(text)
