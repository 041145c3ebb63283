"""People who sign on by a browser at a real provider."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import chromium
from tests.server_image.deployment import Server
from tests.server_image.oidc.provider import Provider, redirect


@pytest.fixture
def visit(server: Server, oidc_python: Path) -> Any:
    program = chromium.browser()

    def visit(user: str) -> dict[str, Any]:
        command = [
            oidc_python,
            Path(__file__).with_name("browser.py"),
            program,
            f"http://localhost:{server.port}",
            user,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return visit


def test_a_person_signs_on_in_a_browser_uses_the_page_and_signs_out(
    server: Server, provider: Provider, visit: Any
) -> None:
    seen = visit("ada")
    assert seen["asked_at"].startswith(f"{provider.issuer}/oauth2/authorize?")
    assert seen["came_to"].startswith(f"http://localhost:{server.port}/")
    assert "MLflow" in seen["title"]
    status, text = seen["me"]
    assert (status, json.loads(text)["user"]["username"], json.loads(text)["user"]["is_admin"]) == (200, "ada", True)
    assert seen["created"][0] == 200
    assert seen["artifact"][0] not in (401, 403)
    assert seen["after_sign_out"] == [401, 401]
    assert server.deployment.query("SELECT name FROM experiments WHERE name = 'by ada'") == [("by ada",)]
    assert "canary" not in server.deployment.said()
    [cookie] = seen["cookies"]
    assert (cookie["httpOnly"], cookie["sameSite"], seen["script_sees"]) == (True, "Lax", "")


def test_a_person_whose_groups_may_not_come_in_is_told_so(visit: Any) -> None:
    seen = visit("eve")
    assert "none of the groups" in seen["text"]


def test_a_browser_is_sent_to_sign_on(server: Server) -> None:
    html = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for path in ("/", "/signup"):
        assert redirect(f"http://localhost:{server.port}{path}", headers=html) == "/oidc/login"


def test_a_link_that_was_not_asked_for_signs_nobody_on(server: Server) -> None:
    """Somebody else's code in a link would sign a person on as that somebody."""
    answer = server.get("/oidc/callback?code=stolen&state=guessed", "localhost")
    assert answer.status == 400
    assert b"not started here" in answer.body
