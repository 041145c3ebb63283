"""The process that uses MLflow as a person would, by MLflow's own client.

Run by a Python that has MLflow: `python -m kit.smoke.client SMOKE_ID [--keep]`. It imports MLflow, then takes
one line of standard input: a JSON object of environment variables, MLFLOW_TRACKING_URI and the credentials among
them. Prints one JSON object a line: a step as each step ends, then {"traces": …}, which says what the story left
on the server. When its standard input ends, it deletes that.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from kit.smoke.story import Story


def main(smoke_id: str, *, keep: bool) -> None:
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # MLflow prints links to runs on standard output
    stories: list[Story] = []

    def start() -> str:
        import mlflow

        from kit.smoke.story import Story

        os.environ.update(json.loads(sys.stdin.readline()))
        stories.append(Story(smoke_id))
        return f"mlflow {mlflow.__version__} is imported and ready"

    if not attempt(out, "MLflow client", start):
        return
    story = stories[0]
    if all(attempt(out, name, step) for name, step in story.steps()):
        tell(out, {"traces": story.traces()})
        sys.stdin.read()
    if not keep and story.run_ids:
        attempt(out, "clean up", story.clean_up)


def attempt(out: TextIO, name: str, step: Callable[[], str]) -> bool:
    started = time.perf_counter()
    try:
        ok, sentence = True, step()
    except Exception as error:
        ok, sentence = False, explain(error)
        print(f"{name}: {error!r}", file=sys.stderr)
    seconds = round(time.perf_counter() - started, 3)
    tell(out, {"name": name, "seconds": seconds, "ok": ok, "sentence": sentence})
    return ok


def explain(error: Exception) -> str:
    """One line of at most 300 characters, because MLflow's errors carry whole pages of HTML."""
    text = " ".join(str(error).split()) or type(error).__name__
    if "Max retries exceeded" in text or "Connection aborted" in text:
        return f"the server at {os.environ['MLFLOW_TRACKING_URI']} does not answer: {text[-150:]}"
    return text[:300]


def tell(out: TextIO, message: dict[str, Any]) -> None:
    print(json.dumps(message), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], keep="--keep" in sys.argv[2:])
