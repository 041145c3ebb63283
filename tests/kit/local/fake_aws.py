"""The two calls that the agent makes of AWS, on loopback, with an answer for whoever may not."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs

from kit.local.aws_endpoint import AwsEndpoint, Credentials

ROOT = Credentials("root-key", "root-secret-key")
ACCOUNT = "arn:aws:iam::111122223333"
EXECUTION_ROLE, TASK_ROLE = f"{ACCOUNT}:role/execution", f"{ACCOUNT}:role/task"


def secret_arn(name: str) -> str:
    """The complete ARN of a secret."""
    return f"arn:aws:secretsmanager:eu-central-1:111122223333:secret:{name}-AbCdEf"


class FakeAws:
    """STS and Secrets Manager. An access key is the name of the role and the number of its assumption.

    Attributes:
        secrets: the string of each secret by its ARN.
        may_read: the roles that may read them.
        assumable: the roles that can be assumed.
        lifetime: of the credentials of a role.
        readers: the access key of every read of a secret.
    """

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.may_read = {"execution"}
        self.assumable = {"execution", "task"}
        self.lifetime = timedelta(hours=1)
        self.readers: list[str] = []
        self.assumptions = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def endpoint(self) -> AwsEndpoint:
        return AwsEndpoint(f"http://127.0.0.1:{self._server.server_port}", "eu-central-1")

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, target: str, body: bytes, access_key: str) -> tuple[int, str]:
        """The status and body for a call; AssumeRole alone has no target."""
        if not target:
            return self._assume(parse_qs(body.decode())["RoleArn"][0])
        parameters = json.loads(body)
        self.readers.append(access_key)
        if access_key.split("/")[0] not in self.may_read:
            return 400, json.dumps({"__type": "AccessDeniedException", "Message": "not authorized"})
        if parameters["SecretId"] not in self.secrets:
            return 400, json.dumps({"__type": "ResourceNotFoundException", "Message": "no such secret"})
        return 200, json.dumps({"SecretString": self.secrets[parameters["SecretId"]]})

    def _assume(self, role_arn: str) -> tuple[int, str]:
        role = role_arn.rsplit("/", 1)[1]
        if role not in self.assumable:
            error = "<Code>AccessDenied</Code><Message>not authorized</Message>"
            return 403, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
        self.assumptions += 1
        expiration = f"{datetime.now(UTC) + self.lifetime:%Y-%m-%dT%H:%M:%SZ}"
        return 200, (
            "<AssumeRoleResponse><AssumeRoleResult><Credentials>"
            f"<AccessKeyId>{role}/{self.assumptions}</AccessKeyId><SecretAccessKey>key</SecretAccessKey>"
            f"<SessionToken>session</SessionToken><Expiration>{expiration}</Expiration>"
            "</Credentials></AssumeRoleResult></AssumeRoleResponse>"
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scope = self.headers["Authorization"].split("Credential=")[1]
                # The last four parts are the signature's scope; the key itself may hold slashes.
                access_key = "/".join(scope.split(",")[0].split("/")[:-4])
                status, answer = fake.answer(self.headers.get("X-Amz-Target", ""), body, access_key)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
