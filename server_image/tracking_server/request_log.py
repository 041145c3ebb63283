"""One line for each answered request, and an id that finds all other lines that it caused."""

import logging
import re
import time
import uuid
from typing import Any

from werkzeug.exceptions import HTTPException

from tracking_server.logs import REQUEST_ID
from tracking_server.metrics import Observe
from tracking_server.middleware import Application, Message, Receive, Scope, Send

_log = logging.getLogger("tracking_server.requests")
# The load balancer's own id of a request, so that its access log and this one can be joined.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
_TRACE_HEADER = b"x-amzn-trace-id"
_TRACE_ID = re.compile(rb"Root=(1-[0-9a-f]{8}-[0-9a-f]{24})")
# The load balancer and ECS ask every few seconds.
_UNLOGGED = ("/health", "/health/ready")


class RequestLog:
    """Logs id, method, route, status and duration of each request, and answers with the id as X-Request-Id.

    The route is the pattern and not the path, and no query string is logged: names of users' things stay out.

    Args:
        application: answers the requests.
        flask: MLflow's Flask application, which knows the patterns of its routes.
        observe: is told of each request that is logged.
    """

    def __init__(self, application: Application, flask: Any, observe: Observe | None = None) -> None:
        self._application, self._observe = application, observe
        self._routes = flask.url_map.bind("")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        request_id = _request_id(scope)
        token = REQUEST_ID.set(request_id)
        status: int | None = None
        started = time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._application(scope, receive, note)
        except Exception:
            status = 500
            raise
        finally:
            # None: the client went away before it had asked.
            if status is not None and (status >= 400 or scope["path"] not in _UNLOGGED):
                method, route, seconds = scope["method"], self._route(scope), time.perf_counter() - started
                _log.info(
                    "request",
                    extra={
                        "method": method,
                        "route": route,
                        "status": status,
                        "duration_ms": round(seconds * 1000, 1),
                    },
                )
                if self._observe:
                    self._observe(method, route, status, seconds)
            REQUEST_ID.reset(token)

    def _route(self, scope: Scope) -> str | None:
        """The pattern of the route that answered; None where there is none."""
        native = getattr(scope.get("route"), "path", "")
        if native:
            return str(native)
        try:
            rule, _ = self._routes.match(scope["path"], scope["method"], return_rule=True)
        except HTTPException:
            return None
        return str(rule.rule)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _TRACE_HEADER and (found := _TRACE_ID.search(value)):
            return found[1].decode()
    return uuid.uuid4().hex
