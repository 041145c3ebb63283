"""What is checked without MLflow's client: the web page, and who is refused."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable

from kit.smoke.browser import Browser, Credentials
from kit.smoke.report import CheckError
from kit.smoke.routes import CLOSED, SERVER_INFO, SERVER_INFO_FIELDS, WRONG_PASSWORD
from kit.smoke.signing import Signer

AJAX_SEARCH = "/ajax-api/2.0/mlflow/experiments/search"
FOREIGN_ORIGIN = "https://attacker.invalid"


def server_answers(browser: Browser, signer: Signer | None = None) -> str:
    """GET /health, which MLflow serves without credentials and without a look at the database.

    An API Gateway that asks IAM wants it signed nevertheless. The kit's own servers also say at /health/ready whether
    they find their database and their bucket.
    """
    answer = browser.send("GET", "/health", credentials=signer)
    if answer.status == 403 and signer is not None:
        raise CheckError(
            f"API Gateway at {browser.url} refuses the AWS access key {signer.keys.access_key} in {signer.region}: "
            "everything may be asked for with credentials of the team's admin role (the service stack's AdminRoleArn)"
        )
    if answer.status != 200:
        raise CheckError(f"the server at {browser.url} is not ready: /health answered {answer.status}")
    ready = browser.send("GET", "/health/ready", credentials=signer)
    if ready.status == 503:
        raise CheckError(f"the server at {browser.url} is not ready: {ready.body.decode(errors='replace')[:200]}")
    return f"{browser.url} answers{', and finds what it needs' if ready.status == 200 else ''}"


def log_in_works(browser: Browser, credentials: Credentials) -> str:
    """GET /version with the credentials returns the server's version."""
    answer = browser.send("GET", "/version", credentials=credentials)
    if answer.status == 401:
        named = f"the password of user {credentials[0]}" if isinstance(credentials, tuple) else None
        who = named or "requests without a user name"
        raise CheckError(f"the server at {browser.url} refuses {who}")
    if answer.status != 200:
        raise CheckError(f"the server at {browser.url} is no MLflow server: /version answered {answer.status}")
    return f"MLflow {answer.body.decode(errors='replace')[:40]}"


def strangers_are_refused(browser: Browser) -> str:
    """Every route but those that MLflow opens by design answers 401 to a request without credentials."""
    expect_refusals(browser, CLOSED, None, "without credentials")
    info = browser.send("GET", SERVER_INFO)
    if info.status == 200:
        surplus = sorted(set(json.loads(info.body)) - SERVER_INFO_FIELDS)
        if surplus:
            raise CheckError(f"{SERVER_INFO} tells strangers more than capabilities: {', '.join(surplus)}")
    elif info.status != 401:
        raise CheckError(f"{SERVER_INFO} answered {info.status} without credentials, not 200 or 401")
    return f"{len(CLOSED)} routes answer 401; open by MLflow's design: /health, server-info, static files"


def wrong_passwords_are_refused(browser: Browser, username: str) -> str:
    """A known user with a wrong password, and an unknown user, get 401."""
    wrong = secrets.token_urlsafe(16)
    expect_refusals(browser, WRONG_PASSWORD, (username, wrong), "with a wrong password")
    expect_refusals(browser, WRONG_PASSWORD[1:2], (f"nobody-{wrong[:6]}", wrong), "with an unknown user")
    return f"{len(WRONG_PASSWORD)} routes refuse a wrong password, and one an unknown user"


def page_loads(browser: Browser, credentials: Credentials) -> str:
    """GET / returns the web page, and the script that it names is there."""
    page = browser.send("GET", "/", credentials=credentials)
    if page.status != 200 or not page.content_type.startswith("text/html"):
        raise CheckError(f"GET / answered {page.status} {page.content_type}, not a web page")
    script = re.search(r'<script[^>]+src="\.?/?(static-files/[^"]+\.js)"', page.body.decode(errors="replace"))
    if script is None:
        raise CheckError("GET / returned HTML that is not MLflow's web page: it names no script of MLflow's")
    answer = browser.send("GET", f"/{script[1]}", credentials=credentials)
    if answer.status != 200 or "javascript" not in answer.content_type:
        raise CheckError(f"the web page's script /{script[1]} answered {answer.status} {answer.content_type}")
    return f"GET / returns MLflow's page, and its script of {len(answer.body) // 1024} KiB loads"


def page_can_call(browser: Browser, credentials: Credentials) -> str:
    """The page's own call. Browsers send Origin on it, and MLflow refuses origins that it was not told.

    Source: https://mlflow.org/docs/latest/self-hosting/security/network/
    """
    answer = browser.send(
        "POST", AJAX_SEARCH, credentials=credentials, origin=browser.origin, body=b'{"max_results": 1}'
    )
    if answer.status != 200 or "experiments" not in json.loads(answer.body):
        raise CheckError(
            f"the web page would stay empty: POST {AJAX_SEARCH} with Origin {browser.origin} answered "
            f"{answer.status}; the server's allowed hosts and CORS origins must name {browser.origin}"
        )
    return f"POST {AJAX_SEARCH} is allowed from {browser.origin}"


def foreign_pages_are_refused(browser: Browser, credentials: Credentials) -> str:
    """Another site's page cannot use the browser's log-in: its Origin is answered with 403."""
    answer = browser.send(
        "POST", AJAX_SEARCH, credentials=credentials, origin=FOREIGN_ORIGIN, body=b'{"max_results": 1}'
    )
    if answer.status != 403:
        raise CheckError(f"a page of {FOREIGN_ORIGIN} may call the server: it answered {answer.status}, not 403")
    return f"POST {AJAX_SEARCH} from a foreign origin answers 403"


def expect_refusals(
    browser: Browser, routes: Iterable[tuple[str, str]], credentials: Credentials, who: str, *, status: int = 401
) -> None:
    """Raises CheckError unless each (method, path) answers `status`; `who` says whom the server took in."""
    statuses = {
        f"{method} {path}": browser.send(
            method, path, credentials=credentials, body=b"{}" if method in {"POST", "PUT"} else None
        ).status
        for method, path in routes
    }
    surprises = [f"{route} ({found})" for route, found in statuses.items() if found != status]
    if surprises:
        shown = ", ".join(surprises[:3]) + (f" and {len(surprises) - 3} more" if surprises[3:] else "")
        raise CheckError(f"the server must answer {status} {who}, but does not on {shown}")
