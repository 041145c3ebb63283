"""The emulator's own process: MiniStack with this kit's types, over https, saved to disk while it runs.

Run as `python -m kit.emulators.ministack.server` with the environment that `emulator.py` gives. MiniStack's own
`main` would also listen on port 443 and write its state at a clean stop only.
"""

import asyncio
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from kit.emulators.ministack import roles, types

SAVE_INTERVAL_S = 1.0
CLOSING_TIMEOUT_S = 1.0
HEALTH_PATH = "/_ministack/health"

Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Callable[[], Awaitable[Any]], Send], Awaitable[None]]

_log = logging.getLogger(__name__)


class SignedApplication:
    """MiniStack's ASGI application for signed requests, with its state on disk about a second after a change.

    A killed emulator so loses next to nothing; above all not the generated passwords, which the database
    already has.
    """

    def __init__(self, application: Application, save: Callable[[], bool]) -> None:
        """`save` writes the state and answers whether all of it could be written."""
        self._application = application
        self._save = save
        self._changed = False

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] == "http" and not _is_open(scope):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        try:
            await self._application(scope, receive, send)
        finally:
            if scope.get("method") not in (None, "GET", "HEAD", "OPTIONS"):
                self._changed = True

    async def save_changes(self) -> None:
        """Save once a second while requests that may change something come in."""
        while True:
            await asyncio.sleep(SAVE_INTERVAL_S)
            if self._changed:
                self._changed = not self._save()


def _is_open(scope: Any) -> bool:
    """Whether MiniStack may see the request: it takes some without a credential for root's own.

    Of its administration, which asks for none (a reset deletes everything), only health and the answers of
    CloudFormation's custom resources are open. OPTIONS is a browser's question about CORS.
    """
    path: str = scope["path"]
    query: bytes = scope["query_string"]
    authorization: bytes | None = dict(scope["headers"]).get(b"authorization")
    if path.startswith("/_"):
        return path == HEALTH_PATH or path.startswith("/_ministack/cfn-response/")
    if authorization is not None:
        return authorization.startswith(b"AWS4-HMAC-SHA256 ")
    presigned = b"X-Amz-Credential=" in query or b"AWSAccessKeyId=" in query
    return presigned or scope["method"] == "OPTIONS"


class PersistedState:
    """What MiniStack holds, on disk. Nothing is written before all was read: a stop at the start would empty it."""

    def __init__(self, load: Callable[[], None]) -> None:
        """`load` is MiniStack's own."""
        self._load = load
        self._loaded = False

    def load(self) -> None:
        """Read it, as far as there is any."""
        self._load()
        settle_interrupted_stacks()
        self._loaded = True

    def save(self) -> bool:
        """Write every service's state, collected at one moment; False when one was changing just then."""
        from ministack import app as ministack
        from ministack.core import persistence

        if not self._loaded:
            return False
        states = {}
        complete = True
        for service, collect in ministack._build_persistence_save_dict().items():
            try:
                states[service] = collect()
            except RuntimeError:  # a dictionary that changed while a thread of MiniStack works on it
                complete = False
        # Stacks last: after a kill in between, what a stack has not recorded is found and taken up again, but
        # what it has recorded in vain would be missing for good.
        for service, state in sorted(states.items(), key=lambda item: item[0] == "cloudformation"):
            if state is not None:
                persistence.save_state(service, state)
        return complete


def main() -> None:
    """Serve until SIGTERM, then save and end."""
    types.register()
    roles.name_the_source_of_role_requests()
    from ministack import app as ministack
    from ministack.core import tls

    # One line per service and save would be fifty a second.
    logging.getLogger("persistence").setLevel(logging.WARNING)
    state = PersistedState(ministack._load_persisted_state)
    ministack._load_persisted_state = state.load
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.certfile, config.keyfile = tls.resolve_tls_material()
    config.keep_alive_timeout = 75
    asyncio.run(_serve(ministack.app, state, config))


async def _serve(ministack: Application, state: PersistedState, config: Config) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    application = SignedApplication(ministack, state.save)
    saving = asyncio.create_task(application.save_changes())
    serving = asyncio.create_task(serve(application, config, shutdown_trigger=stopping.wait))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, stop}, return_when=asyncio.FIRST_COMPLETED)
    saving.cancel()
    if serving.done():
        serving.result()  # raises why it could not listen
    # A client that keeps its connection open and does not read would hold the end up for half a minute.
    await asyncio.wait({serving}, timeout=CLOSING_TIMEOUT_S)
    state.save()
    os._exit(0)


def settle_interrupted_stacks() -> None:
    """Give stacks whose operation died with the emulator a status that a next `cdk deploy` goes on from.

    What was made stays; the template shrinks to it, so that the next deployment makes the rest.
    """
    from ministack.services import cloudformation

    for stack in cloudformation._stacks._data.values():
        status = stack["StackStatus"]
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            continue
        made = stack.get("_resources", {})
        template = dict(stack.get("_template") or {})
        template["Resources"] = {k: v for k, v in template.get("Resources", {}).items() if k in made}
        template["Outputs"] = {}
        stack["_template"], stack["_template_body"] = template, json.dumps(template)
        stack["StackStatus"] = "DELETE_FAILED" if status.startswith("DELETE") else "UPDATE_ROLLBACK_COMPLETE"
        stack["StackStatusReason"] = "The emulator ended during this operation."
        _log.warning("%s was %s and is %s now", stack["StackName"], status, stack["StackStatus"])


if __name__ == "__main__":
    main()
