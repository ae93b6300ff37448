"""Where packages come from: pip's configuration, said in uv's words. uv does not read pip's files itself."""

from __future__ import annotations

import ast
import subprocess

# ruff: noqa: S603 - the commands are our own.

LISTS = {"find-links": ("UV_FIND_LINKS", ","), "extra-index-url": ("UV_EXTRA_INDEX_URL", " ")}
SINGLES = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE", "proxy": "ALL_PROXY"}


def pip_configuration(python: str, environment: dict[str, str]) -> dict[str, str]:
    """pip's options as pip itself reads them, environment first; without pip only the environment's."""
    options: dict[str, str] = {}
    answer = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    for line in answer.stdout.splitlines():
        key, _, quoted = line.partition("=")
        section, _, option = key.partition(".")
        if section in {"global", "install"}:
            options[option] = str(ast.literal_eval(quoted))
    for name, value in environment.items():
        if name.startswith("PIP_"):
            options[name[4:].lower().replace("_", "-")] = value
    return options


def uv_environment(pip_options: dict[str, str], environment: dict[str, str]) -> dict[str, str]:
    """The environment for uv: what the caller already set wins over what pip's configuration says."""
    made = dict(environment)
    # pip takes the best version of all indexes; uv, unless told, the first index that has the name at all.
    made.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    for option, (variable, joint) in LISTS.items():
        words = pip_options.get(option, "").split()
        if words:
            made.setdefault(variable, joint.join(words))
    for option, variable in SINGLES.items():
        if pip_options.get(option, "").strip():
            made.setdefault(variable, pip_options[option].strip())
    if pip_options.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        made.setdefault("UV_NO_INDEX", "1")
    made.setdefault("UV_HTTP_TIMEOUT", "180")
    return made
