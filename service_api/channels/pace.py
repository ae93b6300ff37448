"""How fast one open socket is heard, and when it has been told often enough to slow down."""

import asyncio
from collections.abc import Callable
from time import monotonic

FRAMES_PER_SECOND = 20.0
FRAME_BURST = 60
WARNINGS = 50


class Pace:
    """Lets frames through at a pace. Who sends faster is not heard meanwhile: what they send waits on their
    own side, not in our memory."""

    def __init__(self, *, time: Callable[[], float] = monotonic) -> None:
        self._time = time
        self._left = float(FRAME_BURST)
        self._at = time()
        self._warned = 0

    async def next(self) -> None:
        """Back when one more frame may be heard."""
        now = self._time()
        self._left = min(FRAME_BURST, self._left + (now - self._at) * FRAMES_PER_SECOND)
        self._at = now
        self._left -= 1
        if self._left < 0:
            await asyncio.sleep(-self._left / FRAMES_PER_SECOND)

    def warned(self) -> bool:
        """Count a warning to slow down; False when it was the last one."""
        self._warned += 1
        return self._warned < WARNINGS
