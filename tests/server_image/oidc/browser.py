"""A person with a browser: `python browser.py CHROMIUM URL USER` prints what they saw as JSON.

Run by the Python of requirements.txt. The browser is a real one, without a window.
"""

import json
import sys

from playwright.sync_api import sync_playwright

_ASK = """async ([path, body]) => {
    const options = body ? {method: "POST", headers: {"Content-Type": "application/json"}, body: body} : {};
    const answer = await fetch(path, options);
    return [answer.status, await answer.text()];
}"""


def main(chromium: str, url: str, user: str) -> None:
    with sync_playwright() as playwright:
        # Its sandbox is not for root, and the pages are the test's own.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/#/experiments", wait_until="commit")
        asked_at = page.url
        page.fill("input[name=sub]", user)
        with page.expect_navigation(wait_until="commit"):
            page.locator("input[name=sub]").press("Enter")
        seen = {"asked_at": asked_at, "came_to": page.url, "cookies": context.cookies(url)}
        if page.url.startswith(f"{url}/oidc/"):
            seen["text"] = page.inner_text("body")
        else:
            page.wait_for_selector("text=Experiments", timeout=60_000)
            seen |= {
                "title": page.title(),
                "script_sees": page.evaluate("document.cookie"),
                "me": page.evaluate(_ASK, ["/ajax-api/2.0/mlflow/users/current", None]),
                "created": page.evaluate(
                    _ASK, ["/ajax-api/2.0/mlflow/experiments/create", json.dumps({"name": f"by {user}"})]
                ),
            }
            # Outside of Flask, where MLflow asks the same function in another way.
            artifact = "/ajax-api/2.0/mlflow-artifacts/artifacts/nowhere"
            seen["artifact"] = page.evaluate(_ASK, [artifact, None])
            page.goto(f"{url}/oidc/logout")
            seen["after_sign_out"] = [
                page.evaluate(_ASK, [path, None])[0] for path in ("/ajax-api/2.0/mlflow/users/current", artifact)
            ]
        print(json.dumps(seen))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
