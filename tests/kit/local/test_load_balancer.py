import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kit.local import load_balancer
from kit.local.errors import LocalError
from kit.local.load_balancer import FixedResponse, LoadBalancer
from kit.local.ports import free_port

PUBLIC = "mlflow.example.com"
MEGABYTE = 1024 * 1024


class Target(BaseHTTPRequestHandler):
    """Shows the headers that reach it, redirects, and sends and takes bodies piece by piece."""

    protocol_version = "HTTP/1.1"
    first_piece_read = threading.Event()

    def do_GET(self) -> None:
        match self.path:
            case "/redirect":
                self.send_response(302)
                self.send_header("Location", f"https://{PUBLIC}/login?next=https://{PUBLIC}/")
                self._finish(b"")
            case "/slow":
                self.send_response(200)
                self.send_header("Content-Length", "10")
                self.end_headers()
                self.wfile.write(b"first")
                self.first_piece_read.wait(30)
                self.wfile.write(b"later")
            case "/silent":
                self.first_piece_read.wait(30)
            case _:
                self.send_response(200)
                self._finish(json.dumps(dict(self.headers)).encode())

    def do_PUT(self) -> None:
        left = length = int(self.headers["Content-Length"])
        if self.path == "/refused":
            # As a server in layers does: head and body one after the other, and neither waits for the upload.
            self.send_response(400)
            self.send_header("Content-Length", "7")
            self.end_headers()
            time.sleep(0.002)
            self.wfile.write(b"refused")
            self.rfile.read(length)
            return
        while left:
            left -= len(self.rfile.read(min(left, MEGABYTE)))
            self.first_piece_read.set()
        self.send_response(200)
        self._finish(str(length).encode())

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Listening:
    """A load balancer that runs, in front of a target of its own."""

    balancer: LoadBalancer
    first_piece_read: threading.Event

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.balancer.port, timeout=30)

    def get(self, path: str = "/", **headers: str) -> http.client.HTTPResponse:
        connection = self.connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": self.local, **named})
        return connection.getresponse()

    def seen(self, **headers: str) -> dict[str, str]:
        """The headers that the target sees."""
        answer: dict[str, str] = json.load(self.get(**headers))
        return answer

    @property
    def local(self) -> str:
        return f"localhost:{self.balancer.port}"


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    class OwnTarget(Target):
        first_piece_read = threading.Event()

    target = ThreadingHTTPServer(("127.0.0.1", 0), OwnTarget)
    target.daemon_threads = True
    threading.Thread(target=target.serve_forever, args=(0.02,), daemon=True).start()
    balancer = LoadBalancer(
        state=tmp_path,
        port=free_port(),
        target_port=target.server_port,
        public_host=PUBLIC,
        public_scheme="https",
        listener_scheme="https",
        unavailable=FixedResponse(503, "text/plain", "Not deployed."),
        idle_timeout_s=2,
    )
    balancer.start()
    yield Listening(balancer, OwnTarget.first_piece_read)
    OwnTarget.first_piece_read.set()
    load_balancer.stop(tmp_path)
    target.shutdown()
    target.server_close()


def test_a_request_to_this_machine_becomes_one_to_the_public_name(listening: Listening) -> None:
    here = f"http://{listening.local}"
    seen = listening.seen(Origin=here, Referer=f"{here}/#/experiments?a=b")
    assert seen["Host"] == PUBLIC
    assert seen["Origin"] == f"https://{PUBLIC}"
    assert seen["Referer"] == f"https://{PUBLIC}/#/experiments?a=b"


def test_an_address_is_this_machine_too(listening: Listening) -> None:
    address = f"127.0.0.1:{listening.balancer.port}"
    seen = listening.seen(Host=address, Origin=f"http://{address}")
    assert (seen["Host"], seen["Origin"]) == (PUBLIC, f"https://{PUBLIC}")


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:1", "https://localhost", "null"])
def test_another_sites_origin_stays_for_the_server_to_refuse(listening: Listening, origin: str) -> None:
    seen = listening.seen(Origin=origin, Referer=f"{origin}/page")
    assert (seen["Origin"], seen["Referer"]) == (origin, f"{origin}/page")


@pytest.mark.parametrize("host", [PUBLIC, "evil.example", "evil.example:8080", "localhost.evil.example"])
def test_any_other_host_passes_untouched(listening: Listening, host: str) -> None:
    seen = listening.seen(Host=host, Origin=f"http://{host}")
    assert (seen["Host"], seen["Origin"]) == (host, f"http://{host}")


def test_forwarded_headers_are_those_of_an_application_load_balancer(listening: Listening) -> None:
    for host in (listening.local, PUBLIC):
        seen = listening.seen(Host=host, X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="http", X_Forwarded_Port="80")
        assert seen["X-Forwarded-For"] == "203.0.113.7, 127.0.0.1"
        assert seen["X-Forwarded-Proto"] == "https"
        assert seen["X-Forwarded-Port"] == "443"
        assert not {"X-Forwarded-Host", "Via"} & seen.keys()


def test_the_answer_bears_no_trace_of_the_proxy(listening: Listening) -> None:
    answer = listening.get()
    assert answer.getheader("Via") is None
    assert "Caddy" not in str(answer.getheader("Server"))


def test_a_redirect_to_the_public_name_leads_back_here(listening: Listening) -> None:
    expected = f"http://{listening.local}/login?next=https://{PUBLIC}/"
    assert listening.get("/redirect").getheader("Location") == expected
    untouched = listening.get("/redirect", Host=PUBLIC).getheader("Location")
    assert untouched == f"https://{PUBLIC}/login?next=https://{PUBLIC}/"


def test_an_answer_streams(listening: Listening) -> None:
    answer = listening.get("/slow")
    assert answer.read(5) == b"first"  # while the target holds back the rest
    listening.first_piece_read.set()
    assert answer.read() == b"later"


def test_an_upload_streams(listening: Listening) -> None:
    connection = listening.connect()
    connection.putrequest("PUT", "/", skip_host=True)
    connection.putheader("Host", listening.local)
    connection.putheader("Content-Length", str(20 * MEGABYTE))
    connection.endheaders()
    connection.send(bytes(10 * MEGABYTE))
    assert listening.first_piece_read.wait(30)  # while half of the upload has not been sent
    connection.send(bytes(10 * MEGABYTE))
    assert connection.getresponse().read() == str(20 * MEGABYTE).encode()


def test_a_short_upload_that_is_refused_before_it_has_come_gets_the_whole_answer(listening: Listening) -> None:
    answers = set()
    for number in range(200):
        connection = listening.connect()
        connection.putrequest("PUT", "/refused")
        connection.putheader("Content-Length", "7")
        connection.endheaders()
        time.sleep(number % 40 / 10_000)
        connection.send(b"content")
        answer = connection.getresponse()
        answers.add((answer.status, answer.read()))
        connection.close()
    assert answers == {(400, b"refused")}


def test_a_target_that_stays_silent_is_a_gateway_timeout(listening: Listening) -> None:
    assert listening.get("/silent").status == 504


def test_an_idle_connection_is_closed(listening: Listening) -> None:
    with socket.create_connection(("127.0.0.1", listening.balancer.port), timeout=30) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {PUBLIC}\r\n\r\n".encode())
        while connection.recv(65536):
            pass  # ends when the load balancer closes, fails after 30 s


def test_a_target_that_is_down_is_the_fixed_response_of_the_listener(listening: Listening) -> None:
    down = replace(listening.balancer, target_port=free_port())
    down.start()
    for host in (listening.local, PUBLIC):
        answer = listening.get(Host=host)
        assert (answer.status, answer.getheader("Content-Type")) == (503, "text/plain")
        assert answer.read() == b"Not deployed."


def test_a_taken_port_is_named_and_so_is_the_way_out(listening: Listening, tmp_path: Path) -> None:
    other = replace(listening.balancer, state=tmp_path / "other")
    with pytest.raises(LocalError, match=rf"Port {other.port} on 127\.0\.0\.1 .* --port"):
        other.start()
    assert listening.get().status == 200


def test_a_stopped_load_balancer_can_start_again(listening: Listening, tmp_path: Path) -> None:
    load_balancer.stop(tmp_path)
    assert not load_balancer.running(tmp_path)
    assert load_balancer.url(tmp_path) is None
    listening.balancer.start()
    assert load_balancer.running(tmp_path)
    assert load_balancer.url(tmp_path) == listening.balancer.url
    assert listening.get().status == 200


def test_its_files_are_in_the_state_folder(listening: Listening, tmp_path: Path) -> None:
    assert listening.get().status == 200
    assert {path.name for path in tmp_path.iterdir()} == {"load-balancer", "load-balancer.pid", "logs"}


def test_the_fixed_response_is_read_from_the_deployed_listener() -> None:
    fixed = {"StatusCode": "503", "ContentType": "text/plain", "MessageBody": "Not deployed."}
    actions = [{"Type": "redirect"}, {"Type": "fixed-response", "FixedResponseConfig": fixed}]
    assert FixedResponse.from_actions(actions) == FixedResponse(503, "text/plain", "Not deployed.")
    with pytest.raises(LocalError, match="no fixed response"):
        FixedResponse.from_actions([{"Type": "forward"}])
