"""Who is refused where API Gateway asks IAM, before the server hears of it."""

from __future__ import annotations

import secrets

from kit.smoke.browser import Browser
from kit.smoke.checks import expect_refusals
from kit.smoke.routes import CLOSED, SERVER_INFO, WRONG_PASSWORD
from kit.smoke.signing import Signer

LEFT_OUT = {
    "web page": "MLflow's web page signs no request, so a server with auth: iam has none",
    "web page's calls": "there is no web page",
    "foreign pages are refused": "no page has a log-in that another could use",
    "artifacts through the server": "with auth: iam they go from the client to S3",
}
"""What a server with `auth: iam` does not offer, and why."""

_EVERY_KIND = (*CLOSED, ("GET", "/health"), ("GET", SERVER_INFO))


def strangers_are_refused(browser: Browser) -> str:
    """Every route, those too that MLflow opens by design, answers 403 to a request without a signature.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
    """
    expect_refusals(browser, _EVERY_KIND, None, "without a signature", status=403)
    return f"{len(_EVERY_KIND)} routes answer 403 without a signature; none is open"


def wrong_signatures_are_refused(browser: Browser, signer: Signer) -> str:
    """A known access key with a wrong secret gets 403."""
    wrong = signer.with_secret(secrets.token_urlsafe(30))
    expect_refusals(browser, WRONG_PASSWORD, wrong, "with a wrong signature", status=403)
    return f"{len(WRONG_PASSWORD)} routes refuse a signature with another secret key"
