"""API Gateway as clients of `auth: iam` see it: each signature is made again by AWS's own signer, botocore's."""

import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from kit.smoke.browser import Answer, Browser

REGION = "eu-west-1"
KEY = ReadOnlyCredentials("AKIAIOSFODNN7EXAMPLE", "a-secret-key", "a-session-token")
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>\w+)/\d{8}/(?P<region>[\w-]+)/(?P<service>[\w-]+)/aws4_request, "
    r"SignedHeaders=(?P<headers>[\w;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
CANNED = Answer(200, "application/json", json.dumps({"experiment": {"experiment_id": "7", "name": "a"}}).encode())
FORBIDDEN = Answer(403, "application/json", b'{"message":"Forbidden"}')


class Gateway(ThreadingHTTPServer):
    """Lets in what is signed with KEY for it, to `upstream` where there is one, and answers 403 to all else."""

    def __init__(self, upstream: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = Browser(upstream) if upstream else None
        self.let_in: list[str] = []
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @contextmanager
    def running(self) -> Iterator["Gateway"]:
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        signed = self._is_signed(body)
        (self.server.let_in if signed else self.server.refused).append(f"{self.command} {self.path.partition('?')[0]}")
        if not signed:
            answer = FORBIDDEN
        elif self.server.upstream:
            answer = self.server.upstream.send(self.command, self.path, body=body or None)
        else:
            answer = CANNED
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class calls them so

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def _is_signed(self, body: bytes) -> bool:
        said = SIGNED.fullmatch(self.headers.get("Authorization", ""))
        if not said or (said["region"], said["service"]) != (REGION, "execute-api"):
            return False
        names = said["headers"].split(";")
        if not {"host", "x-amz-date", "x-amz-security-token"} <= set(names):
            return False
        headers = {name: self.headers[name] for name in names}
        request = AWSRequest(self.command, f"{self.server.url}{self.path}", headers=headers, data=body)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = SigV4Auth(KEY, "execute-api", REGION)
        expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return hmac.compare_digest(expected, said["signature"])
