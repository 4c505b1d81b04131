"""A PostgreSQL server of the tests' own, from Debian's package: in a temporary folder, on a unix socket, without fsync.

PostgreSQL refuses to run as root, so that root hands it to the user that the package made.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

_PACKAGED = Path("/usr/lib/postgresql")  # Debian puts the programs of each version below it, and not on the path
_OWNER = "postgres"
_START_S = 60.0  # a busy machine; it takes one otherwise
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
}


class PostgresServer:
    """A running server: makes databases and drops them."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """The address of a database for SQLAlchemy."""
        return f"postgresql+psycopg://{_OWNER}@/{database}?host={self._sockets}"

    def create(self, template: str = "template0", name: str = "") -> str:
        """Make a database like another one, to which nobody may be connected; gives its name."""
        name = name or f"made_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, also from under those who are connected to it."""
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: str) -> None:
        with psycopg.connect(host=str(self._sockets), user=_OWNER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


def why_not() -> str:
    """Why there can be no server here; "" where there can."""
    if programs() is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL refuses to run as root, and there is no runuser to become another user with"
    return ""


def programs() -> Path | None:
    """The folder with the newest version's initdb and postgres; None where there is none."""
    on_path = shutil.which("initdb")
    found = sorted(_PACKAGED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running_postgres(settings: dict[str, str] | None = None) -> Iterator[PostgresServer]:
    """A server until the block ends; `settings` are put on top of those that make it quick and forgetful."""
    folder = programs()
    if folder is None:
        raise RuntimeError(why_not())
    with tempfile.TemporaryDirectory(prefix="lesionwise-pg-") as home:  # not pytest's: a socket's path is short
        _hand_over(Path(home))
        data = Path(home) / "data"
        options = ["-U", _OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        _as_owner([str(folder / "initdb"), "-D", str(data), *options], stdout=subprocess.DEVNULL).wait()
        chosen = _SETTINGS | {"unix_socket_directories": home} | (settings or {})
        said = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        with (Path(home) / "log").open("wb") as log:
            process = _as_owner([str(folder / "postgres"), "-D", str(data), *said], stdout=log, stderr=log)
        try:
            yield _wait_for(PostgresServer(Path(home)), process, Path(home) / "log")
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing of it is to be kept
            process.wait(30)


def _wait_for(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> PostgresServer:
    deadline = time.monotonic() + _START_S
    while not server.is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)
    return server


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, _OWNER, _OWNER)


def _as_owner(command: list[str], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 (Popen's own)
    if os.geteuid() == 0:
        options |= {"user": _OWNER, "group": _OWNER, "extra_groups": []}
    process: subprocess.Popen[bytes] = subprocess.Popen(command, cwd="/", **options)
    return process
