"""Work that blocks, done in a thread of the event loop's pool."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import anyio.to_thread

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` returns. When the caller is cancelled meanwhile, it ends only once the work has ended.

    A thread cannot be stopped: left alone, it would go on with a database that is closed under it.
    """
    running = asyncio.ensure_future(anyio.to_thread.run_sync(lambda: work(*args, **kwargs)))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
