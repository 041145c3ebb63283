"""Caddy as the load balancer of a team: the public name on a port of this machine.

What it does to requests is what an Application Load Balancer does, except that requests to this machine's own
name become requests to the public one, since no DNS leads the public name here.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
"""

import json
import os
import re
import socket
import sysconfig
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from kit.local import processes
from kit.local.errors import LocalError
from kit.local.ports import bound

_START_TIMEOUT_S = 20
# A stop lets open requests end, as deregistration does, but nobody waits 300 s for it here.
_GRACE_S = 5
_BUFFERED_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_LOCAL_NAMES = ["localhost", "127.0.0.1"]
_WITHOUT_TRACE = {"handle": [{"handler": "headers", "response": {"deferred": True, "delete": ["Via"]}}]}


@dataclass(frozen=True)
class FixedResponse:
    """What the listener answers while no target does."""

    status: int
    content_type: str
    body: str

    @classmethod
    def from_actions(cls, actions: Iterable[Mapping[str, Any]]) -> Self:
        """Take the default actions of listeners. Raises LocalError when there is no fixed response in them."""
        for action in actions:
            fixed = action.get("FixedResponseConfig")
            if fixed:
                content_type = fixed.get("ContentType", "text/plain")
                return cls(int(fixed["StatusCode"]), content_type, fixed.get("MessageBody", ""))
        raise LocalError("The load balancer's listeners have no fixed response by default.")


@dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """The listener of one team on 127.0.0.1; it outlives the process that started it.

    Attributes:
        state: the state folder; Caddy's own files go to `load-balancer/` there, its errors to `logs/`.
        port: the port that clients use.
        target_port: the port on 127.0.0.1 where the server listens.
        public_host: the public name, without a scheme.
        public_scheme: "http" or "https", as clients use the public name.
        listener_scheme: "http" or "https", as the real load balancer is asked; behind CloudFront http.
        unavailable: the answer while the target does not listen.
        idle_timeout_s: seconds without a byte until a connection is closed, or the server's silence is a 504.
    """

    state: Path
    port: int
    target_port: int
    public_host: str
    public_scheme: str
    listener_scheme: str
    unavailable: FixedResponse
    idle_timeout_s: int = 60

    @property
    def url(self) -> str:
        """Where the public name is served on this machine."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start the listener, again if it runs already. Raises LocalError when its port is taken."""
        stop(self.state)
        refuse_taken_port(self.port)
        folder = self._folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = folder / "caddy.json"
        configuration.write_text(json.dumps(self.configuration(), indent=2))
        caddy = Path(sysconfig.get_path("scripts")) / "caddy"
        home = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
        log, pid_file = self.state / "logs" / "load-balancer.log", _pid_file(self.state)
        processes.start([str(caddy), "run", "--config", str(configuration)], home, log, pid_file)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._listens():
            if not processes.alive(pid_file) or time.monotonic() > deadline:
                stop(self.state)
                refuse_taken_port(self.port)
                raise LocalError(f"The load balancer did not start: {log} says why.")
            time.sleep(0.05)

    def configuration(self) -> dict[str, Any]:
        """Caddy's JSON configuration. https://caddyserver.com/docs/json/"""
        idle = f"{self.idle_timeout_s}s"
        return {
            "admin": {"disabled": True, "config": {"persist": False}},
            "logging": {"logs": {"default": {"level": "WARN"}}},
            "storage": {"module": "file_system", "root": str(self._folder)},
            "apps": {
                "http": {
                    "grace_period": f"{_GRACE_S}s",
                    "servers": {
                        "listener": {
                            "listen": [f"127.0.0.1:{self.port}"],
                            "protocols": ["h1"],
                            "automatic_https": {"disable": True},
                            "idle_timeout": idle,
                            "read_header_timeout": idle,
                            "routes": [_WITHOUT_TRACE, *self._local_routes(), {"handle": [self._proxy()]}],
                            "errors": {"routes": self._error_routes()},
                        }
                    },
                }
            },
        }

    @property
    def _folder(self) -> Path:
        return self.state / "load-balancer"

    def _local_routes(self) -> list[dict[str, Any]]:
        """Requests to this machine's name get the public one; what another site sends keeps its Origin."""
        here, public = "http://{http.request.hostport}", f"{self.public_scheme}://{self.public_host}"
        same_origin = '{http.request.header.Origin} == "http://" + {http.request.hostport}'
        local = {"host": _LOCAL_NAMES}
        set_origin = {"handler": "headers", "request": {"set": {"Origin": [public]}}}
        referer = [{"search": f"{here}/", "replace": f"{public}/"}]
        location = [{"search_regexp": f"^{re.escape(public)}/", "replace": f"{here}/"}]
        rewrite = {
            "handler": "headers",
            "request": {"replace": {"Referer": referer}},
            "response": {"deferred": True, "replace": {"Location": location}},
        }
        return [
            {"match": [{**local, "expression": same_origin}], "handle": [set_origin]},
            {"match": [local], "handle": [rewrite, self._proxy(host=self.public_host)]},
        ]

    def _proxy(self, host: str | None = None) -> dict[str, Any]:
        idle = f"{self.idle_timeout_s}s"
        forwarded = {
            **({"Host": [host]} if host else {}),
            "X-Forwarded-Proto": [self.listener_scheme],
            "X-Forwarded-Port": [str(_PORTS[self.listener_scheme])],
        }
        return {
            "handler": "reverse_proxy",
            "upstreams": [{"dial": f"127.0.0.1:{self.target_port}"}],
            # Whoever connects is on this machine; trusting it makes Caddy append to X-Forwarded-For.
            "trusted_proxies": ["127.0.0.1/32"],
            "headers": {"request": {"set": forwarded, "delete": ["X-Forwarded-Host", "Via"]}},
            "flush_interval": -1,
            # A server may refuse an upload before it has come. Caddy then loses the rest of the answer where the upload
            # was still under way, as Application Load Balancers do not; so it takes what is short first.
            "request_buffers": _BUFFERED_BYTES,
            "transport": {
                "protocol": "http",
                "compression": False,
                "response_header_timeout": idle,
                "keep_alive": {"idle_timeout": idle},
            },
        }

    def _error_routes(self) -> list[dict[str, Any]]:
        answer = {
            "handler": "static_response",
            "status_code": self.unavailable.status,
            "headers": {"Content-Type": [self.unavailable.content_type]},
            "body": self.unavailable.body,
        }
        return [{"match": [{"expression": "{http.error.status_code} == 502"}], "handle": [answer]}]

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def refuse_taken_port(port: int) -> None:
    """Raises LocalError when nobody can listen on `port` of 127.0.0.1 now."""
    try:
        bound(port).close()
    except OSError as error:
        raise LocalError(
            f"Port {port} on 127.0.0.1 cannot be used ({os.strerror(error.errno or 0)}): choose another with --port."
        ) from error


def running(state: Path) -> bool:
    """Whether the listener of this state folder is up."""
    return processes.alive(_pid_file(state))


def url(state: Path) -> str | None:
    """Where the listener of this state folder serves; None when it is not up."""
    if not running(state):
        return None
    configuration = json.loads((state / "load-balancer" / "caddy.json").read_text())
    (address,) = configuration["apps"]["http"]["servers"]["listener"]["listen"]
    return f"http://localhost:{address.rpartition(':')[2]}"


def stop(state: Path) -> None:
    """Stop the listener of this state folder, if it runs; requests under way get five seconds to end."""
    processes.stop(_pid_file(state), timeout_s=_GRACE_S + 5)


def _pid_file(state: Path) -> Path:
    return state / "load-balancer.pid"
