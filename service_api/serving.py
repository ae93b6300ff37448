"""How the web process listens; tests and measurements start it in the same way."""

from typing import Any, Final

# What `uvicorn.Config` and `uvicorn.run` are given beside the app and its address.
LISTENING: Final[dict[str, Any]] = {  # their parameters are of many types
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "ws": "websockets-sansio",
    "ws_max_size": 64 * 1024,  # a larger frame is refused before it is read
    # Our frames are short: packing them would cost each line more memory than everything else it needs.
    "ws_per_message_deflate": False,
}
