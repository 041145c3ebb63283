import socket

from kit.local.ports import HOST, free_port, is_free


def test_a_free_port_can_be_listened_on_and_is_not_free_then() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server((HOST, port)):
        assert not is_free(port)
