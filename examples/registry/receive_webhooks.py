"""A receiver of MLflow's webhooks, which believes none that is not signed: prints each event that it was sent.

WEBHOOK_SECRET is the secret that the webhook was created with. It listens on 127.0.0.1, at the port that is its
argument; MLflow sends to https only, so put what ends TLS in front of it.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["WEBHOOK_SECRET"].encode()
OLDEST_SECONDS = 300


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        genuine = self.is_signed(body) and abs(time.time() - int(self.headers["X-MLflow-Timestamp"])) < OLDEST_SECONDS
        self.send_response(204 if genuine else 401)
        self.end_headers()
        if genuine:
            event = json.loads(body)
            print(event["entity"], event["action"], json.dumps(event["data"]), flush=True)

    def is_signed(self, body: bytes) -> bool:
        parts = (self.headers.get(name, "").encode() for name in ("X-MLflow-Delivery-Id", "X-MLflow-Timestamp"))
        digest = hmac.new(SECRET, b".".join([*parts, body]), hashlib.sha256).digest()
        expected = f"v1,{base64.b64encode(digest).decode()}"
        return hmac.compare_digest(self.headers.get("X-MLflow-Signature", ""), expected)

    def log_message(self, *arguments: object) -> None:
        """Only events are printed."""


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
