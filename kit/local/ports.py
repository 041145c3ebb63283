"""Ports of this machine's loopback address."""

import socket
import sys

HOST = "127.0.0.1"
_held: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody has, and on Linux one that the system gives to nobody while this process runs.

    Whoever is told of it can listen on it all the same: there, a port may be bound by several as long as none of them
    listens, where all say so beforehand, as servers do. Elsewhere it may not, so there the port is let go at once.
    SO_REUSEADDR in https://man7.org/linux/man-pages/man7/socket.7.html
    """
    probe = bound(0)
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        _held.append(probe)
    else:
        probe.close()
    return port


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    try:
        bound(port).close()
    except OSError:
        return False
    return True


def bound(port: int) -> socket.socket:
    """A socket that does not listen. Raises OSError where another one does."""
    probe = socket.socket()
    try:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
    except OSError:
        probe.close()
        raise
    return probe
