"""Whether a token is the provider's, for this server, and of now."""

import time
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jws import JWSRegistry

from tracking_server.oidc.provider import Provider

# Signatures by a private key that the provider alone has. `none` and the symmetric HS256 are not among them: a public
# key must never be taken for a shared secret (RFC 8725, 3.1 and 3.2).
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
# Between the provider's clock and this one.
_LEEWAY_SECONDS = 30


class TokenError(Exception):
    """The token is refused; the text says why, without a part of the token."""


class Tokens:
    """Verifies JSON Web Tokens as RFC 8725 asks for: signature, algorithm, issuer, audience and time.

    Args:
        provider: whose keys they are signed with.
        issuer: the only one that is believed.
    """

    def __init__(self, provider: Provider, issuer: str) -> None:
        self._provider, self._issuer = provider, issuer
        self._registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)

    def claims(self, token: str, audience: str, *, nonce: str | None = None) -> dict[str, Any]:
        """The claims of a token that is for `audience`.

        Raises:
            TokenError: it is refused.
            ProviderError: the provider's keys cannot be had.
        """
        try:
            try:
                claims = jwt.decode(token, self._provider.keys(), registry=self._registry).claims
            except InvalidKeyIdError:
                claims = jwt.decode(token, self._provider.keys(unknown=True), registry=self._registry).claims
            self._check(claims, audience, nonce)
        except ExpiredTokenError as error:
            raise TokenError("the token has expired") from error
        except (InvalidClaimError, MissingClaimError) as error:
            raise TokenError(f"the token's claim {error.claim} is missing or not what it has to be") from error
        # A token is a stranger's text: whatever cannot be read of it refuses it.
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise TokenError("the token is not signed by the provider") from error
        return claims

    def _check(self, claims: dict[str, Any], audience: str, nonce: str | None) -> None:
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": audience},
            "sub": {"essential": True},
            "exp": {"essential": True},
        }
        if nonce is not None:
            wanted["nonce"] = {"essential": True, "value": nonce}
        jwt.JWTClaimsRegistry(now=int(time.time()), leeway=_LEEWAY_SECONDS, **wanted).validate(claims)
