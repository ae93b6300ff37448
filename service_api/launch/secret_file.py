"""The demo's secrets: made once at random, readable by the owner only."""

import os
import secrets
from pathlib import Path

NAMES = ("TING_RASA_SECRET", "TING_SERVICE_TOKEN", "TING_CODE_PEPPER")


def ensure_secrets(path: Path) -> bool:
    """Write the secrets that are missing; True when something was written. What is there stays."""
    present = path.read_text().splitlines() if path.exists() else []
    known = {line.partition("=")[0].strip() for line in present}
    missing = [name for name in NAMES if name not in known and name not in os.environ]
    if not missing:
        return False
    lines = [*present, *(f"{name}={secrets.token_urlsafe(32)}" for name in missing)]
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(lines) + "\n")
    draft.replace(path)
    return True
