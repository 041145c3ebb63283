"""MLflow's `authorization_function`: who sends a request, by token, cookie or the administrator's password.

https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/#custom-authentication
"""

import os
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, redirect, request
from mlflow.exceptions import MlflowException
from werkzeug.datastructures import Authorization

from tracking_server.oidc.person import Person, RefusedError, person
from tracking_server.oidc.provider import Provider, ProviderError
from tracking_server.oidc.settings import OidcSettings
from tracking_server.oidc.sign_on import LOGIN, SignOn
from tracking_server.oidc.tokens import TokenError, Tokens

FUNCTION = f"{__name__}:authorize"


@dataclass(frozen=True)
class _Installed:
    settings: OidcSettings
    tokens: Tokens
    sign_on: SignOn
    administrator: str


_installed: list[_Installed] = []


def install(flask: Flask, settings: OidcSettings, origin: str) -> None:
    """Let `authorize` answer with these settings; MLflow calls it by its name and without arguments."""
    administrator = os.environ["MLFLOW_AUTH_ADMIN_USERNAME"]
    provider = Provider(settings.issuer)
    tokens = Tokens(provider, settings.issuer)
    sign_on = SignOn(settings, provider, tokens, administrator, origin)
    sign_on.install(flask)
    _installed[:] = [_Installed(settings, tokens, sign_on, administrator)]


def authorize() -> Authorization | Response:
    """Who sends Flask's current request, or what is answered to a stranger; MLflow asks several times a request."""
    if "tracking_server_authorization" not in g:
        g.tracking_server_authorization = _authorize(_installed[0])
    found: Authorization | Response = g.tracking_server_authorization
    return found


def _authorize(installed: _Installed) -> Authorization | Response:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _by_password(installed.administrator)
    try:
        found = _by_token(installed, credentials.strip()) if scheme else installed.sign_on.signed_on()
    except TokenError as error:
        return _refusal(401, f"You are not authenticated: {error}.", 'Bearer realm="mlflow", error="invalid_token"')
    except RefusedError as error:
        return _refusal(403, str(error))
    except ProviderError:
        # MLflow's client tries again.
        return _refusal(503, "The OpenID provider does not answer.")
    if found is None:
        return _stranger()
    _keep_user(found)
    return Authorization("bearer", {"username": found.username})


def _by_token(installed: _Installed, token: str) -> Person:
    claims = installed.tokens.claims(token, installed.settings.audience)
    return person(claims, installed.settings, installed.administrator)


def _by_password(administrator: str) -> Authorization | Response:
    """The one password that counts: a way in while the provider is away. Every other user is the provider's."""
    from mlflow.server import auth

    if request.authorization is None or request.authorization.username != administrator:
        return _refusal(401, "Only the server's own administrator has a password here.", 'Bearer realm="mlflow"')
    found: Authorization | Response = auth.authenticate_request_basic_auth()
    return found


def _stranger() -> Response:
    """A browser that asks for a page is sent to sign on; all others are told that they have to authenticate."""
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        response: Any = redirect(LOGIN)
        response.headers["Cache-Control"] = "no-store"
        return response  # type: ignore[no-any-return]
    # No `Basic`, for which browsers would show a dialog of their own.
    return _refusal(401, "You are not authenticated: send a token of the OpenID provider.", 'Bearer realm="mlflow"')


def _refusal(status: int, sentence: str, challenge: str | None = None) -> Response:
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return Response(sentence + "\n", status, headers, content_type="text/plain; charset=utf-8")


def _keep_user(found: Person) -> None:
    """MLflow's permissions are of its own users: whom the provider let in becomes one, with a password nobody knows."""
    from mlflow.server.auth import store

    try:
        user = store.get_user(found.username)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        try:
            user = store.create_user(found.username, secrets.token_urlsafe(48), is_admin=bool(found.is_admin))
        except MlflowException as clash:
            # Another request of theirs came first.
            if clash.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            user = store.get_user(found.username)
    if found.is_admin is not None and user.is_admin != found.is_admin:
        store.update_user(found.username, is_admin=found.is_admin)
