"""Several Rasa workers: where they keep their trackers and locks, written for Rasa to read."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from service_api.launch.plan import Plan
from service_api.launch.refusal import CannotRun

STANDARD = Path("bot/endpoints.yml")
KEY_PREFIX = "ting"
LOCK_STORE = "bot.components.lock_store.OneTurnAtATime"


def endpoints_file(plan: Plan) -> Path:
    """The endpoints Rasa starts with: the standard ones, or ours for several workers in the data folder.

    Raises `CannotRun` when the workers would not share their trackers.
    """
    if plan.settings.rasa_workers == 1:
        return STANDARD
    if not plan.environment["TING_TRACKER_URL"].startswith("postgresql"):
        raise CannotRun("several Rasa workers (TING_RASA_WORKERS) need PostgreSQL as TING_TRACKER_URL")
    content = yaml.safe_load((plan.root / STANDARD).read_text(encoding="utf-8"))
    content["lock_store"] = lock_store(plan.settings.rasa_lock_url.get_secret_value())
    file = plan.data_dir / "rasa" / "endpoints.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def lock_store(address: str) -> dict[str, object]:
    """Rasa's words for redis://user:password@host:port/number; rediss:// asks for TLS."""
    parts = urlsplit(address)
    store: dict[str, object] = {
        "type": LOCK_STORE,
        "url": parts.hostname or "127.0.0.1",
        "port": parts.port or 6379,
        "db": int(parts.path.strip("/") or 0),
        "key_prefix": KEY_PREFIX,
        "use_ssl": parts.scheme == "rediss",
    }
    if parts.username:
        store["username"] = unquote(parts.username)
    if parts.password:
        store["password"] = unquote(parts.password)
    return store
