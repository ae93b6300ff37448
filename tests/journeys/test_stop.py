"""The last test of the journeys: the product that all of them used ends when it is told to."""

import os
import signal

import pytest

from tests.running import RunningTing

pytestmark = pytest.mark.journey


def test_ctrl_c_ends_every_process(ting: RunningTing) -> None:
    pids = dict(ting.pids)
    assert ting.stop(signal.SIGINT) == 0
    assert "all processes have ended" in ting.said()
    for name, pid in pids.items():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert name
