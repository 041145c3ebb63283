"""A way to PostgreSQL on which connections can be made to wait, as those to an Aurora that wakes do, or to break."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Way:
    """Passes connections on from a port of loopback.

    Attributes:
        port: where it listens.
        connections: how many have come.
        waiting: set when a connection has come that is not passed on yet.
    """

    def __init__(self, to: int) -> None:
        self._to = to
        self._open = threading.Event()
        self._open.set()
        self.waiting = threading.Event()
        self._losing = threading.Event()
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Lets no new connection on, until `open`."""
        self.waiting.clear()
        self._open.clear()

    def break_at_next_answer(self) -> None:
        """Closes the connection on which PostgreSQL answers next, and its answer is lost."""
        self._losing.set()

    def open(self) -> None:
        """Passes on all that waits, and whatever comes."""
        self._open.set()

    def end(self) -> None:
        """Takes no connection any more."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        if not self._open.is_set():
            self.waiting.set()
        self._open.wait()
        server = socket.create_connection(("127.0.0.1", self._to))
        threading.Thread(target=_copy, args=(client, server, threading.Event()), daemon=True).start()
        _copy(server, client, self._losing)


def _copy(source: socket.socket, target: socket.socket, losing: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if losing.is_set():
                losing.clear()
                break
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """A way to the PostgreSQL at that port of loopback, for as long as the block runs."""
    way = Way(port)
    try:
        yield way
    finally:
        way.open()
        way.end()
