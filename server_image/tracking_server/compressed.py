"""The web page's files as they were compressed when the image was built: a quarter of the bytes."""

from pathlib import Path

from tracking_server.middleware import Application, Message, Receive, Scope, Send

# MLflow's prefix of its page's files: mlflow/server/__init__.py.
PREFIX = "/static-files/"


class CompressedFiles:
    """Has MLflow send `NAME.gz` in the place of NAME to clients that take gzip.

    MLflow sends such a file as what it is of, with `Content-Encoding: gzip`, after all checks that it makes of any.

    Args:
        application: MLflow's application.
        folder: where the page's files are, compressed ones beside the others, or none.
    """

    def __init__(self, application: Application, folder: Path) -> None:
        self._application = application
        files = (file.relative_to(folder).as_posix() for file in folder.rglob("*.gz"))
        self._paths = frozenset(PREFIX + name.removesuffix(".gz") for name in files)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._application(scope, receive, send)
            return

        async def vary(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"vary", b"Accept-Encoding")]
            await send(message)

        if _takes_gzip(scope):
            compressed = scope["path"] + ".gz"
            scope = {**scope, "path": compressed, "raw_path": compressed.encode()}
        await self._application(scope, receive, vary)


def _takes_gzip(scope: Scope) -> bool:
    accepted = b",".join(value for name, value in scope["headers"] if name == b"accept-encoding").decode("latin-1")
    offers = [offer.replace(" ", "").lower() for offer in accepted.split(",")]
    return any(offer == "gzip" or (offer.startswith("gzip;q=") and offer[7:].strip("0.")) for offer in offers)
