"""Start the action server on the loopback: python -m actions [--port 5055]."""

import argparse
import logging
import os
import sys
import warnings

import structlog
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor


def main() -> int:
    """Serve until stopped. Only this machine can reach it."""
    parser = argparse.ArgumentParser(prog="python -m actions", description="The assistant's action server.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("TING_ACTIONS_PORT", "5055")))
    arguments = parser.parse_args()
    if not os.environ.get("TING_SERVICE_TOKEN"):
        print("TING_SERVICE_TOKEN is not set: the desk would refuse every call.", file=sys.stderr)
        return 2
    # An SDK of 2026 serves Rasa 3.6.21 well (the whole suite runs so); it would say so with every call.
    warnings.filterwarnings("ignore", message="(?s)Your versions of rasa and rasa_sdk")
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app(executor, cors_origins=None)
    app.run(host="127.0.0.1", port=arguments.port, single_process=True, access_log=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
