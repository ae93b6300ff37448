"""Token buckets: how often one visitor, or one address, may do a thing."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from service_api.core.problems import TooManyRequests

MOST_KEYS = 50_000


class SlowDown(TooManyRequests):
    type = "slow-down"
    title = "发送太快，请稍候"


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class Limiter:
    """Refills `per_second` up to `burst`. Keeps the most recent keys only, so its memory is bounded."""

    def __init__(self, *, per_second: float, burst: int, time: Callable[[], float] = monotonic) -> None:
        self._per_second = per_second
        self._burst = burst
        self._time = time
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Raises `SlowDown` with `retry_after` when the bucket is empty."""
        now = self._time()
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            raise SlowDown(retry_after=int((1 - bucket.tokens) / self._per_second) + 1)
        bucket.tokens -= 1
