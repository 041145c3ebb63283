import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from tracking_server.oidc import provider as provider_module
from tracking_server.oidc.provider import Provider, ProviderError
from tracking_server.oidc.tokens import TokenError, Tokens

from tests.server_image.oidc.issuer import AUDIENCE, Issuer, new_key


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens(Provider(issuer.url), issuer.url)


def encoded(part: object) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def forged(issuer: Issuer, algorithm: str, secret: bytes | None, **header: Any) -> str:
    """A token that nobody needs the private key for."""
    first = encoded({"alg": algorithm, "kid": issuer.key.kid, **header}) + "." + encoded(issuer.claims())
    return f"{first}." + (encoded(hmac.digest(secret, first.encode(), hashlib.sha256)) if secret else "")


def test_a_good_token_is_believed(tokens: Tokens, issuer: Issuer) -> None:
    assert tokens.claims(issuer.token(), AUDIENCE)["sub"] == "ada"
    assert tokens.claims(issuer.token(aud=["other", AUDIENCE]), AUDIENCE)["sub"] == "ada"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "http://127.0.0.1:1"}, "iss"),
        ({"iss": None}, "iss"),
        ({"iss": ["http://127.0.0.1:1"]}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [f"{AUDIENCE}-of-another"]}, "aud"),
        ({"exp": -60}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"nbf": 600}, "nbf"),
        ({"sub": None}, "sub"),
    ],
)
def test_a_signed_token_with_a_wrong_claim_is_refused(
    tokens: Tokens, issuer: Issuer, changes: dict[str, Any], why: str
) -> None:
    # A number is seconds from now: other tests may take minutes before it is this one's turn.
    now = int(time.time())
    token = issuer.token(**{name: now + value if isinstance(value, int) else value for name, value in changes.items()})
    with pytest.raises(TokenError, match=why) as caught:
        tokens.claims(token, AUDIENCE)
    assert token not in str(caught.value)


def test_an_unsigned_token_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    for algorithm in ("none", "None", "NONE"):
        with pytest.raises(TokenError, match="not signed"):
            tokens.claims(forged(issuer, algorithm, None), AUDIENCE)


def test_a_public_key_is_not_taken_for_a_shared_secret(tokens: Tokens, issuer: Issuer) -> None:
    public = json.dumps(issuer.key.as_dict(private=False)).encode()
    for secret in (issuer.key.as_pem(private=False), issuer.key.as_der(private=False), public):
        with pytest.raises(TokenError, match="not signed"):
            tokens.claims(forged(issuer, "HS256", secret), AUDIENCE)


def test_a_key_that_the_token_brings_along_is_not_believed(tokens: Tokens, issuer: Issuer) -> None:
    own = new_key(issuer.key.kid or "")
    for header in ({"jwk": own.as_dict(private=False)}, {"jku": f"{issuer.url}/elsewhere"}):
        first = forged(issuer, "RS256", b"x", **header)
        with pytest.raises(TokenError, match="not signed"):
            tokens.claims(first, AUDIENCE)
    with pytest.raises(TokenError, match="not signed"):
        tokens.claims(issuer.token(own), AUDIENCE)
    assert "/elsewhere" not in issuer.asked


def test_a_changed_token_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    header, _, signature = issuer.token().split(".")
    with pytest.raises(TokenError, match="not signed"):
        tokens.claims(f"{header}.{encoded(issuer.claims(sub='admin'))}.{signature}", AUDIENCE)


@pytest.mark.parametrize(
    "text", ["", "opaque", "a.b.c", "....", "é.é.é", "e30.e30.", encoded(b"[" * 50_000) + ".e30.e30"]
)
def test_what_is_no_token_is_refused(tokens: Tokens, text: str) -> None:
    with pytest.raises(TokenError):
        tokens.claims(text, AUDIENCE)


def test_another_sign_ons_token_is_refused(tokens: Tokens, issuer: Issuer) -> None:
    assert tokens.claims(issuer.token(nonce="mine"), AUDIENCE, nonce="mine")["nonce"] == "mine"
    for changes in ({"nonce": "other"}, {}):
        with pytest.raises(TokenError, match="nonce"):
            tokens.claims(issuer.token(**changes), AUDIENCE, nonce="mine")


def test_the_providers_new_key_is_fetched_when_a_token_names_it(
    tokens: Tokens, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "_AGAIN_SECONDS", 0)
    tokens.claims(issuer.token(), AUDIENCE)
    second = new_key("second")
    issuer.publish(second.as_dict(private=False))
    assert tokens.claims(issuer.token(second), AUDIENCE)["sub"] == "ada"
    with pytest.raises(TokenError, match="not signed"):
        tokens.claims(issuer.token(), AUDIENCE)


def test_unknown_keys_do_not_make_the_server_ask_each_time(tokens: Tokens, issuer: Issuer) -> None:
    stranger = new_key("stranger")
    for _ in range(5):
        with pytest.raises(TokenError):
            tokens.claims(issuer.token(stranger), AUDIENCE)
    assert issuer.asked.count("/keys") == 1


def test_keys_go_on_being_used_while_the_provider_is_away(
    tokens: Tokens, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "_KEPT_SECONDS", 0)
    monkeypatch.setattr(provider_module, "_AGAIN_SECONDS", 0)
    tokens.claims(issuer.token(), AUDIENCE)
    issuer.pages.clear()
    assert tokens.claims(issuer.token(), AUDIENCE)["sub"] == "ada"


def test_a_provider_that_was_never_there_is_asked_once_in_a_while(tokens: Tokens, issuer: Issuer) -> None:
    issuer.pages.clear()
    for _ in range(3):
        with pytest.raises(ProviderError):
            tokens.claims(issuer.token(), AUDIENCE)
    assert len(issuer.asked) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuer": "https://other.example.com"}, "issuer"),
        ({"jwks_uri": "ftp://127.0.0.1/keys"}, "jwks_uri"),
        ({"token_endpoint": None}, "token_endpoint"),
    ],
)
def test_a_description_that_is_not_the_issuers_is_refused(
    tokens: Tokens, issuer: Issuer, change: dict[str, Any], why: str
) -> None:
    issuer.pages["/.well-known/openid-configuration"].update(change)
    with pytest.raises(ProviderError, match=why):
        tokens.claims(issuer.token(), AUDIENCE)


def test_a_symmetric_key_among_the_published_ones_is_passed_over(tokens: Tokens, issuer: Issuer) -> None:
    public = issuer.key.as_dict(private=False)
    issuer.publish({"kty": "oct", "k": encoded(b"shared"), "kid": "oct"}, {"kty": "AKP", "kid": "new"}, public)
    tokens.claims(issuer.token(), AUDIENCE)
    with pytest.raises(TokenError, match="not signed"):
        tokens.claims(forged(issuer, "HS256", b"shared", kid="oct"), AUDIENCE)
