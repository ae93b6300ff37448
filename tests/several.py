"""Several workers of the assistant as in production: trackers in PostgreSQL, locks in Redis.

Both servers are started for one use and forget everything at its end.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.running import free_ports
from tests.service_api.postgresql import USER, running_cluster


@contextmanager
def stores_of(workers: int) -> Iterator[dict[str, str]]:
    """The settings with which the launcher starts so many; also one, so that both can be compared."""
    with running_cluster() as cluster, running_redis() as redis:
        yield {
            "TING_RASA_WORKERS": str(workers),
            "TING_RASA_LOCK_URL": redis,
            "TING_TRACKER_URL": f"postgresql://{USER}@/{cluster.copy('trackers')}?host={cluster.folder}",
        }


@contextmanager
def running_redis() -> Iterator[str]:
    """The address of a Redis. Raises `FileNotFoundError` where none is installed."""
    program = shutil.which("redis-server")
    if program is None:
        raise FileNotFoundError("redis-server is not on PATH (Debian: apt-get install redis-server)")
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="ting-redis-") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)
