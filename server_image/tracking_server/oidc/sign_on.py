"""A person's way in: OpenID Connect's authorization code flow, then a signed cookie."""

import logging
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, Response, redirect, request, session
from markupsafe import escape

from tracking_server.oidc.person import Person, RefusedError, person
from tracking_server.oidc.provider import Provider, ProviderError
from tracking_server.oidc.settings import OidcSettings
from tracking_server.oidc.tokens import TokenError, Tokens

LOGIN, CALLBACK, LOGOUT = "/oidc/login", "/oidc/callback", "/oidc/logout"
# Whom the provider has let go is out after this time, whatever they do.
SESSION_SECONDS = 8 * 3600
# From the page of the provider back to this server.
_SIGN_ON_SECONDS = 600
_TIMEOUT_SECONDS = 10
_SCOPES = ("openid", "profile", "email")

_log = logging.getLogger("tracking_server.oidc")


class SignOn:
    """The three pages of sign-on, and who has signed on.

    The cookie is signed and not readable by scripts, and goes by https alone where the server has it. It holds a name
    and no token, so nothing that is worth stealing at the provider.

    Args:
        settings: the client that is registered at the provider.
        provider: to whom browsers are sent.
        tokens: verifies what the provider sends back.
        administrator: MLflow's own.
        origin: scheme and host of the server, as browsers have it; the provider has to know `origin` + `CALLBACK`.
    """

    def __init__(
        self, settings: OidcSettings, provider: Provider, tokens: Tokens, administrator: str, origin: str
    ) -> None:
        self._settings, self._provider, self._tokens = settings, provider, tokens
        self._administrator, self._origin = administrator, origin

    def install(self, flask: Flask) -> None:
        """Adds the pages, before MLflow's create_app: so they answer before MLflow asks for credentials."""
        is_https = self._origin.startswith("https://")
        flask.config.update(
            # Of this host alone, and never sent without TLS.
            # https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes
            SESSION_COOKIE_NAME="__Host-mlflow" if is_https else "mlflow",
            SESSION_COOKIE_SECURE=is_https,
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_REFRESH_EACH_REQUEST=False,
            PERMANENT_SESSION_LIFETIME=timedelta(seconds=SESSION_SECONDS),
        )
        pages: dict[str | None, Callable[[], Response]] = {}
        for path, page in ((LOGIN, self._login), (CALLBACK, self._callback), (LOGOUT, self._logout)):
            flask.add_url_rule(path, endpoint=path, view_func=page, methods=["GET"])
            pages[path] = page

        @flask.before_request
        def answer() -> Response | None:
            page = pages.get(request.endpoint)
            return page() if page else None

    def signed_on(self) -> Person | None:
        """Who the request's cookie says it comes from."""
        found = session.get("person")
        if not found or found["until"] < time.time():
            return None
        # A page elsewhere cannot send this cookie with a POST; one on a neighbouring host name can (SameSite).
        if request.method not in ("GET", "HEAD") and request.headers.get("Origin", "").lower() != self._origin:
            return None
        return Person(found["username"], found["is_admin"])

    def _login(self) -> Response:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            with self._client() as client:
                url, _ = client.create_authorization_url(
                    self._provider.metadata()["authorization_endpoint"],
                    state=state,
                    nonce=nonce,
                    code_verifier=verifier,
                )
        except ProviderError:
            return page(503, "The organisation's sign-on does not answer. Try again in a minute.")
        session.clear()
        session["sign_on"] = {
            "state": state, "nonce": nonce, "verifier": verifier, "until": time.time() + _SIGN_ON_SECONDS,
        }  # fmt: skip
        return _unkept(redirect(url))

    def _callback(self) -> Response:
        started: dict[str, Any] = session.pop("sign_on", None) or {}
        state = request.args.get("state", "")
        if not started or started["until"] < time.time() or not secrets.compare_digest(started["state"], state):
            return page(400, "This sign-on was not started here, or too long ago.")
        if "code" not in request.args:
            _log.warning("The provider ended a sign-on: %r", request.args.get("error", "no code")[:100])
            return page(403, "The organisation's sign-on did not let you in.")
        try:
            token = self._exchange(request.args["code"], started["verifier"])
            claims = self._tokens.claims(token, self._settings.client_id, nonce=started["nonce"])
            found = person(claims, self._settings, self._administrator)
        except ProviderError as error:
            _log.warning("%s", error)
            return page(503, "The organisation's sign-on does not answer. Try again in a minute.")
        except TokenError as error:
            _log.warning("A sign-on is refused: %s", error)
            return page(403, "The organisation's sign-on answered with something that is not believed.")
        except RefusedError as error:
            return page(403, str(error))
        session.clear()
        session.permanent = True
        session["person"] = {
            "username": found.username, "is_admin": found.is_admin, "until": time.time() + SESSION_SECONDS,
        }  # fmt: skip
        return _unkept(redirect("/"))

    def _logout(self) -> Response:
        session.clear()
        return page(200, "You have signed out of this server.")

    def _exchange(self, code: str, verifier: str) -> str:
        """The ID token for a code."""
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    self._provider.metadata()["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    timeout=_TIMEOUT_SECONDS,
                )
        except OAuthError as error:
            raise TokenError(f"the provider's token endpoint says {error.error!r}") from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderError(f"The provider's token endpoint does not answer: {type(error).__name__}.") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise TokenError("the provider sent no ID token")
        return token

    def _client(self) -> OAuth2Session:
        metadata = self._provider.metadata()
        # What a provider knows where it names none: https://openid.net/specs/openid-connect-discovery-1_0.html
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        # Some give groups only to who asks; others refuse a scope that they do not know.
        groups = ("groups",) if "groups" in (metadata.get("scopes_supported") or ()) else ()
        return OAuth2Session(
            self._settings.client_id,
            self._settings.client_secret,
            token_endpoint_auth_method="client_secret_basic" if "client_secret_basic" in methods else methods[0],
            scope=" ".join((*_SCOPES, *groups)),
            redirect_uri=self._origin + CALLBACK,
            code_challenge_method="S256",
        )


def page(status: int, sentence: str) -> Response:
    """A page with one sentence and a way to sign on."""
    text = f'<!doctype html><title>MLflow</title><p>{escape(sentence)}<p><a href="{LOGIN}">Sign on</a>'
    return _unkept(Response(text, status, content_type="text/html; charset=utf-8"))


def _unkept(response: Any) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response  # type: ignore[no-any-return]
