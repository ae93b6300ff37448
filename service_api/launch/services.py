"""The four processes: how each is started and how each is asked whether it is up."""

import re
from pathlib import Path

from service_api.launch.health import Probe, answers
from service_api.launch.plan import Plan
from service_api.launch.several import endpoints_file
from service_api.launch.supervisor import Service

# Rasa's libraries warn about one another, with a line of source each; errors and their tracebacks stay.
RASA_NOISE = re.compile(r"DeprecationWarning: |^Implementing implicit namespace|^  [^ F]")
ACTIONS_NOISE = re.compile(
    r"^Registered function for|^(app|mode|server|python|platform|packages): |endpoints\.yml"
)
LIBRARY_THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def rasa(plan: Plan, model: Path) -> Service:
    command = [str(plan.rasa_python), "-W", "ignore", "-m", "rasa", "run", "--interface", "127.0.0.1"]
    command += ["--port", str(plan.rasa_port), "--model", str(model)]
    command += ["--endpoints", str(endpoints_file(plan)), "--credentials", "bot/credentials.yml"]
    return _service(plan, "rasa", command, noise=RASA_NOISE, SANIC_WORKERS=str(plan.settings.rasa_workers))


def actions(plan: Plan) -> Service:
    return _service(plan, "actions", [str(plan.python), "-m", "actions"], noise=ACTIONS_NOISE)


def web(plan: Plan) -> Service:
    return _service(plan, "web", [str(plan.python), "-m", "service_api", "web"])


def worker(plan: Plan) -> Service:
    return _service(plan, "worker", [str(plan.python), "-m", "service_api", "worker"])


def probes(plan: Plan) -> list[Probe]:
    """`/readyz` speaks for the worker too, which has no port: the web process reads its heartbeat."""
    secret = {"X-Ting-Secret": plan.settings.rasa_secret.get_secret_value()}
    return [
        Probe("rasa", answers(f"{plan.settings.rasa_url}/webhooks/ting/health", headers=secret), 180),
        Probe("actions", answers(f"http://127.0.0.1:{plan.settings.actions_port}/health"), 90),
        Probe("web", answers(f"{plan.web_address}/healthz"), 90),
        Probe("the whole desk", answers(f"{plan.web_address}/readyz"), 200),
    ]


def _service(
    plan: Plan, name: str, command: list[str], *, noise: re.Pattern[str] | None = None, **more: str
) -> Service:
    environment = {**LIBRARY_THREADS, **plan.environment, **more}
    return Service(name, command, environment, plan.logs / f"{name}.log", noise=noise)
