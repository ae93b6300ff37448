"""With several workers of the assistant: the locks they share in Redis, by themselves."""

import pytest

from tests.bot.test_rasa_env import run_check
from tests.several import running_redis

pytestmark = pytest.mark.journey


def test_one_turn_of_a_talk_at_a_time_over_all_workers() -> None:
    with running_redis() as redis:
        run_check("check_lock_store", TING_CHECK_REDIS=redis)
