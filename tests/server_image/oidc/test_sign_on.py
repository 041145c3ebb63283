"""The pages of sign-on, in process, with a provider that answers what the test wants."""

import base64
import hashlib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tracking_server.oidc import sign_on as sign_on_module
from tracking_server.oidc.person import Person
from tracking_server.oidc.provider import Provider
from tracking_server.oidc.settings import OidcSettings
from tracking_server.oidc.sign_on import SESSION_SECONDS, SignOn
from tracking_server.oidc.tokens import Tokens

from tests.server_image.oidc.issuer import AUDIENCE, Issuer

ORIGIN = "https://mlflow.example.com"


@dataclass
class Visitor:
    """A browser, as far as the server sees it."""

    issuer: Issuer
    client: FlaskClient
    sign_on: SignOn

    def login(self) -> dict[str, str]:
        """What the browser is told to ask the provider."""
        answer = self.client.get("/oidc/login", base_url=ORIGIN)
        assert answer.status_code == 302, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def come_back(self, asked: dict[str, str], **claims: Any) -> Any:
        token = self.issuer.token(**{"nonce": asked["nonce"], **claims})
        self.issuer.pages["/token"] = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
        return self.callback(code="the-code", state=asked["state"])

    def callback(self, **query: str) -> Any:
        return self.client.get("/oidc/callback", query_string=query, base_url=ORIGIN)

    def whoami(self, method: str = "GET", **headers: str) -> Person | None:
        with self.client:
            self.client.open("/", method=method, headers=headers, base_url=ORIGIN)
            return self.sign_on.signed_on()


@pytest.fixture
def visitor(issuer: Issuer) -> Visitor:
    settings = OidcSettings(
        issuer=issuer.url,
        client_id=AUDIENCE,
        client_secret="canary",
        audience="programs",
        username_claim="sub",
        groups_claim="groups",
        allowed_groups=frozenset({"readers"}),
        admin_groups=frozenset(),
    )
    flask = Flask(__name__)
    flask.secret_key = "canary-of-the-session"
    provider = Provider(issuer.url)
    sign_on = SignOn(settings, provider, Tokens(provider, issuer.url), "admin", ORIGIN)
    sign_on.install(flask)
    flask.add_url_rule("/", endpoint="page", view_func=lambda: "", methods=["GET", "POST"])
    return Visitor(issuer, flask.test_client(), sign_on)


def test_a_person_is_asked_for_by_a_code_that_only_this_server_can_use(visitor: Visitor) -> None:
    asked = visitor.login()
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == f"{ORIGIN}/oidc/callback"
    assert asked["code_challenge_method"] == "S256"
    answer = visitor.come_back(asked)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    [body] = map(dict, map(parse_qsl, visitor.issuer.posted))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(body["code_verifier"].encode()).digest()).rstrip(b"=")
    assert (body["code"], challenge.decode()) == ("the-code", asked["code_challenge"])
    assert visitor.whoami() == Person("ada", None)


def test_the_cookie_is_of_this_host_alone_and_out_of_reach_of_scripts(visitor: Visitor) -> None:
    cookie = visitor.come_back(visitor.login()).headers["Set-Cookie"]
    assert cookie.startswith("__Host-mlflow=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_groups_are_asked_for_where_the_provider_knows_the_scope(visitor: Visitor) -> None:
    assert visitor.login()["scope"] == "openid profile email"
    visitor.issuer.pages["/.well-known/openid-configuration"]["scopes_supported"] = ["openid", "groups"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracking_server.oidc.provider._KEPT_SECONDS", 0)
        assert visitor.login()["scope"] == "openid profile email groups"


def test_another_state_signs_nobody_on(visitor: Visitor) -> None:
    asked = visitor.login()
    assert visitor.come_back({**asked, "state": "guessed"}).status_code == 400
    assert visitor.issuer.posted == []
    assert visitor.whoami() is None


def test_an_answer_is_taken_once(visitor: Visitor) -> None:
    asked = visitor.login()
    assert visitor.come_back(asked).status_code == 302
    assert visitor.come_back(asked).status_code == 400


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"nonce": "of another sign-on"}, 403),
        ({"aud": "programs"}, 403),
        ({"exp": int(time.time()) - 60}, 403),
        ({"groups": ["others"]}, 403),
        ({"sub": "admin"}, 403),
    ],
)
def test_a_token_that_is_not_of_this_sign_on_or_of_nobody_allowed_is_refused(
    visitor: Visitor, claims: dict[str, Any], status: int
) -> None:
    assert visitor.come_back(visitor.login(), **claims).status_code == status
    assert visitor.whoami() is None


def test_a_refusal_of_the_providers_is_shown_without_its_words(visitor: Visitor) -> None:
    answer = visitor.callback(state=visitor.login()["state"], error="<script>", error_description="<script>")
    assert answer.status_code == 403
    assert "<script>" not in answer.text


def test_a_token_endpoint_that_fails_signs_nobody_on(visitor: Visitor) -> None:
    for page, status in (({"error": "invalid_client"}, 403), ({"access_token": "a"}, 403), (None, 503)):
        asked = visitor.login()
        visitor.issuer.pages["/token"] = page
        assert visitor.callback(code="c", state=asked["state"]).status_code == status


def test_a_provider_that_is_away_is_told_to_the_person(visitor: Visitor) -> None:
    visitor.issuer.pages.clear()
    assert visitor.client.get("/oidc/login", base_url=ORIGIN).status_code == 503


def test_a_session_ends_whatever_is_done_in_it(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.come_back(visitor.login())
    later = time.time() + SESSION_SECONDS + 1
    monkeypatch.setattr(sign_on_module.time, "time", lambda: later)
    assert visitor.whoami() is None


def test_a_page_of_another_host_cannot_write_with_the_cookie(visitor: Visitor) -> None:
    visitor.come_back(visitor.login())
    assert visitor.whoami("POST", Origin=ORIGIN) is not None
    for headers in ({"Origin": "https://other.example.com"}, {"Origin": "null"}, {}):
        assert visitor.whoami("POST", **headers) is None


def test_a_changed_cookie_is_of_nobody(visitor: Visitor) -> None:
    visitor.come_back(visitor.login())
    cookie = visitor.client.get_cookie("__Host-mlflow", "mlflow.example.com")
    assert cookie is not None
    visitor.client.set_cookie("__Host-mlflow", "x" + cookie.value, domain="mlflow.example.com", secure=True)
    assert visitor.whoami() is None


def test_signing_out_takes_the_cookie_away(visitor: Visitor) -> None:
    visitor.come_back(visitor.login())
    visitor.client.get("/oidc/logout", base_url=ORIGIN)
    assert visitor.whoami() is None
