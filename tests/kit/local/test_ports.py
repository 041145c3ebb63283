import socket
import sys

import pytest

from kit.local.ports import HOST, free_port, is_free


def test_a_free_port_can_be_listened_on_and_is_not_free_then() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server((HOST, port)):
        assert not is_free(port)


@pytest.mark.skipif(sys.platform != "linux", reason="nobody can listen beside a port that is held elsewhere")
def test_a_free_port_is_held_for_whoever_listens_on_it_later() -> None:
    port = free_port()
    with socket.socket() as somebody, pytest.raises(OSError, match="in use"):
        somebody.bind((HOST, port))
    with socket.create_server((HOST, port)) as server, socket.create_connection((HOST, port)):
        assert server.accept()
