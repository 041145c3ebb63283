"""The OpenID provider's own description, and the keys that it signs with."""

import logging
import threading
import time
from typing import Any

import requests
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

_log = logging.getLogger("tracking_server.oidc")

# A native route of MLflow's waits for an answer in the event loop.
_TIMEOUT_SECONDS = 5
# A key that the provider has withdrawn is believed no longer than this.
_KEPT_SECONDS = 3600
# Anybody can send a token that names an unknown key, or come while the provider is away.
_AGAIN_SECONDS = 30


class ProviderError(Exception):
    """The provider does not answer, or not as OpenID Connect has it; the text is a sentence without a secret."""


class Provider:
    """What the issuer publishes, fetched when first needed and again after an hour.

    While it is away, what was fetched before goes on being used.

    Args:
        issuer: as in the claim `iss` of its tokens, to the letter.
    """

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._tried = float("-inf")

    def metadata(self) -> dict[str, Any]:
        """https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata

        Raises:
            ProviderError: it has never been read and cannot be.
        """
        with self._lock:
            self._refresh(_KEPT_SECONDS)
            return self._metadata

    def keys(self, *, unknown: bool = False) -> KeySet:
        """The keys that tokens may be signed with.

        Args:
            unknown: a token names a key that is not among them, as after the provider's change of keys.

        Raises:
            ProviderError: as `metadata`.
        """
        with self._lock:
            self._refresh(_AGAIN_SECONDS if unknown else _KEPT_SECONDS)
            if self._keys is None:
                raise ProviderError(f"The OpenID provider {self._issuer} did not answer a moment ago.")
            return self._keys

    def _refresh(self, seconds: float) -> None:
        age = time.monotonic() - self._tried
        if age < (_AGAIN_SECONDS if self._keys is None else seconds):
            if self._keys is None:
                raise ProviderError(f"The OpenID provider {self._issuer} did not answer a moment ago.")
            return
        self._tried = time.monotonic()
        try:
            metadata = self._discover()
            self._keys = _key_set(_fetch(metadata["jwks_uri"]))
            self._metadata = metadata
        except ProviderError as error:
            _log.warning("%s", error)
            if self._keys is None:
                raise

    def _discover(self) -> dict[str, Any]:
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        metadata = _fetch(url)
        if metadata.get("issuer") != self._issuer:
            raise ProviderError(f"{url} is of the issuer {metadata.get('issuer')!r}, not {self._issuer!r}.")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            endpoint = metadata.get(name)
            # The secret goes to one of them. Only a test's issuer is without TLS.
            if not isinstance(endpoint, str) or not endpoint.startswith(self._issuer.partition("://")[0] + "://"):
                raise ProviderError(f"{url} has no {name} by the issuer's own scheme.")
        return metadata


def _fetch(url: str) -> dict[str, Any]:
    try:
        # What redirects says of whom it speaks only after the redirect.
        answer = requests.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
        found = answer.json() if answer.status_code == requests.codes.ok else None
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(f"The OpenID provider does not answer at {url}: {type(error).__name__}.") from error
    if not isinstance(found, dict):
        raise ProviderError(f"The OpenID provider answers {answer.status_code} at {url}, or no JSON object.")
    return found


def _key_set(jwks: dict[str, Any]) -> KeySet:
    """The keys for signatures; of a kind that nobody here knows there may be others (RFC 7517, 5)."""
    keys = []
    for key in jwks.get("keys", ()):
        # A symmetric key among published ones could sign for anybody.
        if key.get("kty") not in ("RSA", "EC", "OKP") or key.get("use", "sig") != "sig":
            continue
        try:
            keys.append(JWKRegistry.import_key(key))
        except (JoseError, ValueError):
            continue
    if not keys:
        raise ProviderError("The OpenID provider publishes no key for signatures.")
    return KeySet(keys)
