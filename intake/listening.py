"""Where pages are served: addresses that are free, or a sentence."""

import socket

from intake.whole import whole


class Taken(Exception):
    """Pages cannot be served at an address; the message says which and why."""


def of_this_machine(port: int) -> list[str]:
    """The addresses behind the name localhost, of both families where the machine has both."""
    found = [f"127.0.0.1:{port}"]
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return found
    return [*found, f"[::1]:{port}"]


def free(addresses: list[str], otherwise: str) -> None:
    """Make sure that addresses can be listened at; other kinds than HOST:PORT are left to the server.

    Raises:
        Taken: one of them cannot; it ends with what to do otherwise.
    """
    for address in addresses:
        host, _colon, port = address.rpartition(":")
        number = whole(port, most=65535)
        if not host or number is None or "/" in address:
            continue
        bare = host.strip("[]")
        family = socket.AF_INET6 if ":" in bare else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((bare, number))
                probe.listen(1)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise Taken(f"{address} cannot be used ({why.lower()}); {otherwise}") from None
