"""A person with a browser who opens pages of a server; run by the Python of `tests.chromium`.

Reads from standard input, as JSON: the browser's program, the server's URL, `host:port` of what listens for it on this
machine, a user's name and password, a folder for pictures, and the pages: of each its path and what is to appear there.
Prints as JSON the answers to a stranger, and all that went wrong on the pages, as pairs of a message and a URL.
"""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, sync_playwright

# Room for the side bar and three charts.
SIZE = {"width": 1280, "height": 800}
# Playwright's 30 seconds are short for MLflow's page on a machine that runs other tests meanwhile.
TIMEOUT_MS = 180_000


def main(asked: dict[str, Any]) -> None:
    # The URL is the one of the team's users; no DNS leads it here. The sandbox is not for root.
    resolver = f"--host-resolver-rules=MAP {urlsplit(asked['url']).hostname}:80 {asked['listener']}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked["program"], args=["--no-sandbox", resolver])
        print(json.dumps({"stranger": answers_to_a_stranger(browser, asked["url"]), "wrong": wrong(browser, asked)}))
        browser.close()


def answers_to_a_stranger(browser: Browser, url: str) -> list[int]:
    page = browser.new_page()
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status))
    # Without a window there is nowhere to type a password.
    with suppress(Error):
        page.goto(url, wait_until="commit")
    return answers


def wrong(browser: Browser, asked: dict[str, Any]) -> list[tuple[str, str]]:
    credentials = {"username": asked["user"], "password": asked["password"], "origin": asked["url"]}
    page = browser.new_context(viewport=SIZE, http_credentials=credentials).new_page()
    page.set_default_timeout(TIMEOUT_MS)
    found: list[tuple[str, str]] = []
    page.on("pageerror", lambda error: found.append((str(error), page.url)))
    # Images of a trace are blobs, which the page makes itself.
    own = (asked["url"], "data:", "blob:")
    page.on("request", lambda sent: None if sent.url.startswith(own) else found.append(("elsewhere", sent.url)))
    page.on("crash", lambda page: found.append(("crash", page.url)))
    page.on("console", lambda line: found.append((line.text, line.location["url"])) if line.type == "error" else None)
    for name, (path, appears) in asked["pages"].items():
        page.goto(f"{asked['url']}/#{path}")
        for selector in appears:
            page.locator(selector).first.wait_for()
        page.screenshot(path=Path(asked["folder"]) / f"{name}.png")
    return found


if __name__ == "__main__":
    main(json.load(sys.stdin))
