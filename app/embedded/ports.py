"""Whether the web port is free, and if not, who holds it."""

from __future__ import annotations

import errno
import socket

import psutil

from app.embedded.child import StartError


def check_free(host: str, port: int) -> None:
    """Raise StartError that names the holder of the port and how to choose another."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise StartError(f"port {port} needs more rights than this user has; choose one above 1023") from error
            if error.errno != errno.EADDRINUSE:
                raise StartError(f"port {port} on {host} cannot be used: {error.strerror}") from error
            raise StartError(
                f"port {port} is taken by {holder(port)}; stop it, or choose another: PORT={port + 1} or --port"
            ) from error


def holder(port: int) -> str:
    """Who listens on the port: process id and command line, as far as this user may know."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port:
                if connection.pid is None:
                    break
                return f"process {connection.pid} ({' '.join(psutil.Process(connection.pid).cmdline())[:120]})"
    except psutil.Error:
        pass  # the process is gone or not ours to look at
    return "another user's process"
