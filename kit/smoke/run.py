"""The order of a smoke test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path

from kit.smoke import checks, gateway_checks, scenario4
from kit.smoke.browser import Browser, Credentials
from kit.smoke.process import ClientProcess, client_process
from kit.smoke.report import CheckError, SmokeReport, SmokeStep
from kit.smoke.scenario4 import Evidence
from kit.smoke.signing import Signer


def run(
    url: str,
    username: str | None,
    password: str | None,
    *,
    python: Path,
    signer: Signer | None = None,
    client: ClientProcess | None = None,
    evidence: Evidence | None = None,
    progress: Callable[[str], None] = lambda line: None,
    keep: bool = False,
    ca_bundle: Path | None = None,
    client_environment: Mapping[str, str] | None = None,
) -> SmokeReport:
    """Use the server as its users would and report every step.

    url: the server's public address, whose origin the web page's calls carry.
    username, password: both None for a server without passwords; then nobody is expected to be refused.
    signer: signs all requests in place of a password, where API Gateway asks IAM who may come (`auth: iam`).
    python: one with mlflow, scikit-learn, matplotlib, pandas and psycopg2 (`.venv-client`).
    client: one that was started before, to save the seconds of its imports; else one is started here.
    evidence: proves also that the data is in PostgreSQL and in the bucket.
    progress: called with one line as each step ends.
    keep: leave the runs and the registered model on the server.
    ca_bundle: PEM file of certificates to trust for https.
    client_environment: added to the client's environment, such as AWS_* where artifacts go directly to S3.

    Raises ValueError for a url that is no http or https address. A failing check is a step of the report.
    """
    browser = Browser(url, ca_bundle=ca_bundle)
    login = None if username is None or password is None else (username, password)
    credentials: Credentials = signer or login
    started = time.perf_counter()
    log = _Log(progress)

    def report() -> SmokeReport:
        return SmokeReport(browser.url, tuple(log.steps), time.perf_counter() - started)

    if not log.check("server answers", lambda: checks.server_answers(browser, signer)):
        return report()
    # The client's imports take longest, so the checks that need no client run meanwhile.
    with nullcontext(client) if client else client_process(python, keep=keep) as client:
        if not log.check("log in", lambda: checks.log_in_works(browser, credentials)):
            return report()
        environment = {**(signer.environment() if signer else {}), **(client_environment or {})}
        client.begin(browser.url, login, ca_bundle=ca_bundle, environment=environment)
        _check_refusals(log, browser, credentials)
        _check_page(log, browser, credentials)
        if log.follow("MLflow client", client.story()) and evidence is not None:
            _check_stores(log, client, evidence, python)
        if log.follow("clean up", client.farewell()):
            log.check(
                "nothing on a local disk",
                lambda: scenario4.nothing_is_on_a_local_disk(
                    client.working_folder, evidence.server_folder if evidence else None
                ),
            )
    return report()


class _Log:
    def __init__(self, progress: Callable[[str], None]) -> None:
        self.steps: list[SmokeStep] = []
        self._progress = progress

    def add(self, step: SmokeStep) -> bool:
        self.steps.append(step)
        self._progress(str(step))
        return step.ok

    def check(self, name: str, check: Callable[[], str]) -> bool:
        started = time.perf_counter()
        try:
            ok, sentence = True, check()
        except CheckError as failure:
            ok, sentence = False, str(failure)
        return self.add(SmokeStep(name, time.perf_counter() - started, ok, sentence))

    def follow(self, name: str, steps: Iterable[SmokeStep]) -> bool:
        ok = True
        try:
            for step in steps:
                ok = self.add(step) and ok
        except CheckError as failure:
            ok = self.add(SmokeStep(name, 0, False, str(failure)))
        return ok


def _check_refusals(log: _Log, browser: Browser, credentials: Credentials) -> None:
    if isinstance(credentials, Signer):
        log.check("strangers are refused", lambda: gateway_checks.strangers_are_refused(browser))
        log.check(
            "wrong signatures are refused", lambda: gateway_checks.wrong_signatures_are_refused(browser, credentials)
        )
    elif credentials is not None:
        log.check("strangers are refused", lambda: checks.strangers_are_refused(browser))
        log.check("wrong passwords are refused", lambda: checks.wrong_passwords_are_refused(browser, credentials[0]))


def _check_page(log: _Log, browser: Browser, credentials: Credentials) -> None:
    if isinstance(credentials, Signer):
        for name, why in gateway_checks.LEFT_OUT.items():
            log.add(SmokeStep(name, 0, True, why, left_out=True))
    elif log.check("web page", lambda: checks.page_loads(browser, credentials)):
        log.check("web page's calls", lambda: checks.page_can_call(browser, credentials))
        log.check("foreign pages are refused", lambda: checks.foreign_pages_are_refused(browser, credentials))


def _check_stores(log: _Log, client: ClientProcess, evidence: Evidence, python: Path) -> None:
    log.check(
        "rows in PostgreSQL",
        lambda: scenario4.rows_are_in_postgresql(client.traces, evidence.database, python=python),
    )
    log.check("objects in the bucket", lambda: scenario4.objects_are_in_the_bucket(client.traces, evidence.bucket))
