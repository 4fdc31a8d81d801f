"""What all tests share."""

import atexit
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from flows import quiet_exit
from monitor.fetch import Gate

atexit.register(quiet_exit)
pytest.register_assert_rewrite("monitor.testing")  # so that inherited tests show what differs


@pytest.fixture
def gates() -> Iterator[Callable[..., Gate]]:
    """Makes gates that may speak to this machine, and closes them."""
    with ExitStack() as stack:

        def make(deadline: float = 20.0) -> Gate:
            gate = Gate(user_agent="test", deadline=deadline, loopback=True)
            stack.callback(gate.close)
            return gate

        yield make
