"""Is a port free? Asked before anything slow begins."""

import socket
from dataclasses import dataclass

from service_api.launch.refusal import CannotRun


@dataclass(frozen=True, slots=True)
class Port:
    """A port that one process will listen on, and the variable that moves it."""

    name: str
    host: str
    number: int
    variable: str


def check_free(ports: list[Port]) -> None:
    """Raises `CannotRun` naming the port and its variable when one is taken or two are the same."""
    numbers: dict[int, Port] = {}
    for port in ports:
        other = numbers.setdefault(port.number, port)
        if other is not port:
            raise CannotRun(
                f"{other.name} and {port.name} both want port {port.number}: change {port.variable}"
            )
        if not _is_free(port):
            raise CannotRun(
                f"port {port.number} ({port.name}) is in use: stop what uses it, or set {port.variable}"
            )


def _is_free(port: Port) -> bool:
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((port.host, port.number))
        except OSError:
            return False
    return True
