"""A PostgreSQL of the tests' own, made from the installed binaries and thrown away afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from service_api import tables
from service_api.core.database import Database
from service_api.core.migrate import migrate

USER = "ting"
NAME = "ting_tests"
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


class Cluster:
    """Listens on a socket in its own folder only. Raises `FileNotFoundError` where there is no PostgreSQL."""

    def __init__(self) -> None:
        self._bin = _binaries()
        self._as = _somebody_else()
        self.folder = Path(tempfile.mkdtemp(prefix="ting-pg-"))
        if self._as:
            shutil.chown(self.folder, self._as)

    def start(self) -> None:
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        options = f"{FAST} -c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-t", "60", "-o", options, "start")
        self._admin(f"CREATE DATABASE {NAME}")
        database = Database(self.url(NAME))
        migrate(database)
        database.close()

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def copy(self, name: str) -> str:
        """Another migrated database beside the first, empty like it; its name."""
        self._admin(f"CREATE DATABASE {name} TEMPLATE {NAME}")
        return name

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The migrated database, emptied: much quicker than one of its own for each test."""
        database = Database(self.url(NAME))
        try:
            with database.engine.begin() as connection:
                # Neither foreign keys nor the audit log's triggers stand in the way of this.
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                connection.exec_driver_sql(
                    "; ".join(f"DELETE FROM {table}" for table in tables.METADATA.tables)
                )
            yield database
        finally:
            database.close()

    def _admin(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root: give the work to somebody else.
        other = (
            ["setpriv", f"--reuid={self._as}", f"--regid={self._as}", "--clear-groups"] if self._as else []
        )
        done = subprocess.run(
            [*other, str(self._bin / program), *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr or b"").decode(errors="replace")
            raise RuntimeError(f"{program} failed ({done.returncode}): {said[-500:]}")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def _binaries() -> Path:
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "pg_ctl").exists():
            return place
    raise FileNotFoundError(
        "PostgreSQL is not installed: initdb and pg_ctl are neither on PATH nor in Debian's place"
    )


def _somebody_else() -> str | None:
    """Who runs the server when we are root; None when we are not."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
