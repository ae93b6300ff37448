"""What will run, where, with which environment: worked out once, before anything starts."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from service_api.launch.ports import Port
from service_api.launch.refusal import CannotRun
from service_api.launch.secret_file import ensure_secrets
from service_api.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
QUIET = {  # libraries' own switches, the same for every process
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONIOENCODING": "utf-8",
}


@dataclass(frozen=True)
class Plan:
    """The settings in force and what follows from them for the children."""

    settings: Settings
    environment: Mapping[str, str]
    python: Path
    rasa_python: Path
    root: Path = ROOT

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir.absolute()

    @property
    def logs(self) -> Path:
        return self.data_dir / "log"

    @property
    def models(self) -> Path:
        return self.data_dir / "models"

    @property
    def rasa_port(self) -> int:
        return urlsplit(self.settings.rasa_url).port or 80

    @property
    def web_address(self) -> str:
        return f"http://{_reachable(self.settings.web_host)}:{self.settings.web_port}"

    @property
    def ports(self) -> list[Port]:
        return [
            Port("web", self.settings.web_host, self.settings.web_port, "TING_WEB_PORT"),
            Port("rasa", "127.0.0.1", self.rasa_port, "TING_RASA_URL"),
            Port("actions", "127.0.0.1", self.settings.actions_port, "TING_ACTIONS_PORT"),
        ]


def make_plan() -> Plan:
    """Read the settings and make the data folder. Raises `CannotRun` for what the person has to mend.

    Without `TING_DEMO=0` this is the demo: secrets are made, cookies work without HTTPS.
    """
    os.environ.setdefault("TING_DEMO", "1")
    demo = os.environ["TING_DEMO"].lower() in {"1", "true", "yes", "on"}
    data_dir = Path(os.environ.get("TING_DATA_DIR") or ROOT / "var").absolute()
    os.environ["TING_DATA_DIR"] = str(data_dir)
    try:
        for folder in ("log", "models", "rasa"):
            (data_dir / folder).mkdir(parents=True, exist_ok=True)
        if demo:
            os.environ.setdefault("TING_SECURE_COOKIES", "0")
            os.environ.setdefault("TING_OFFICE_HOURS", "00:00-24:00 daily")  # whenever it is tried
            ensure_secrets(data_dir / "secrets.env")
    except OSError as error:
        raise CannotRun(
            f"the data folder {data_dir} cannot be written ({error.strerror}): set TING_DATA_DIR"
        ) from error
    return _plan(_settings())


def _settings() -> Settings:
    try:
        return load_settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "TING_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else "a setting"
        raise CannotRun(
            f"{name}: {first['msg'].lower()}; set it in the environment or in secrets.env"
        ) from error


def _plan(settings: Settings) -> Plan:
    rasa_host = urlsplit(settings.rasa_url).hostname
    if rasa_host not in {"127.0.0.1", "localhost", "::1"}:
        raise CannotRun("`run` starts Rasa on this machine: TING_RASA_URL must name 127.0.0.1")
    rasa_python = ROOT / ".venv-rasa" / "bin" / "python"
    if not rasa_python.exists():
        raise CannotRun("Rasa's environment is missing: run `make run`, or `python3 requirements/install.py`")
    environment = {**os.environ, **{k: v for k, v in QUIET.items() if k not in os.environ}}
    # Compiling what Rasa imports takes three times as long as reading it compiled, at every start anew where
    # an image forbids Python to keep it. A folder that cannot be written does no harm.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["TING_WEB_PORT"] = str(settings.web_port)
    environment["TING_RASA_URL"] = settings.rasa_url
    environment["TING_ACTIONS_PORT"] = str(settings.actions_port)
    environment.setdefault("TING_SERVICE_URL", f"http://{_reachable(settings.web_host)}:{settings.web_port}")
    environment.setdefault("TING_ACTIONS_URL", f"http://127.0.0.1:{settings.actions_port}/webhook")
    environment.setdefault(
        "TING_TRACKER_URL", f"sqlite:///{settings.data_dir.absolute() / 'rasa' / 'tracker.db'}"
    )
    environment["TING_RASA_SECRET"] = settings.rasa_secret.get_secret_value()
    environment["TING_SERVICE_TOKEN"] = settings.service_token.get_secret_value()
    return Plan(settings, environment, Path(sys.executable), rasa_python)


def _reachable(host: str) -> str:
    """An address to call for an address to listen on."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
