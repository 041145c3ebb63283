"""The web page's files as they were compressed when the image was built: a quarter of the bytes."""

import zlib
from pathlib import Path

from tracking_server.middleware import Application, Message, Receive, Scope, Send

# MLflow's prefix of its page's files: mlflow/server/__init__.py.
PREFIX = "/static-files/"
# A gzip file has a header, which zlib has not: https://docs.python.org/3/library/zlib.html#zlib.decompressobj
_GZIP = 16 + zlib.MAX_WBITS


class CompressedFiles:
    """Has MLflow send `NAME.gz` in the place of NAME, and unpacks it for clients that do not take gzip.

    MLflow sends such a file as what it is of, with `Content-Encoding: gzip`, after all checks that it makes of any.

    Args:
        application: MLflow's application.
        folder: where the page's files are, some of them in a compressed form alone, or none.
    """

    def __init__(self, application: Application, folder: Path) -> None:
        self._application = application
        self._lengths = {
            PREFIX + file.relative_to(folder).as_posix().removesuffix(".gz"): _length(file)
            for file in folder.rglob("*.gz")
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self._lengths:
            await self._application(scope, receive, send)
            return

        async def vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"vary", b"Accept-Encoding")]
            await send(message)

        path = scope["path"] + ".gz"
        compressed = {**scope, "path": path, "raw_path": path.encode()}
        if _takes_gzip(scope):
            await self._application(compressed, receive, vary)
            return
        # Of a part of the packed file nothing can be unpacked.
        compressed["headers"] = [header for header in scope["headers"] if header[0] != b"range"]
        await self._application(compressed, receive, _Unpacked(vary, self._lengths[scope["path"]]))


class _Unpacked:
    """Passes an answer on whose body is gzip, unpacked. Its tag is left out, for it names the packed one."""

    def __init__(self, send: Send, length: int) -> None:
        self._send, self._length = send, str(length).encode()
        self._unpacker = zlib.decompressobj(_GZIP)
        self._packed = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            self._packed = (b"content-encoding", b"gzip") in headers
            if self._packed:
                replaced = (b"content-encoding", b"content-length", b"etag")
                kept = [header for header in headers if header[0] not in replaced]
                message = {**message, "headers": [*kept, (b"content-length", self._length)]}
        elif self._packed:
            message = {**message, "body": self._unpacker.decompress(message.get("body", b""))}
        await self._send(message)


def _length(file: Path) -> int:
    """Of what is packed in it, which its last four bytes tell: https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1"""
    with file.open("rb") as opened:
        opened.seek(-4, 2)
        return int.from_bytes(opened.read(), "little")


def _takes_gzip(scope: Scope) -> bool:
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding").decode("latin-1")
    offers = [offer.replace(" ", "").lower() for offer in accepted.split(",")]
    return any(offer == "gzip" or (offer.startswith("gzip;q=") and offer[7:].strip("0.")) for offer in offers)
