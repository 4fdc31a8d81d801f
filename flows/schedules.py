"""When things run, and the server and runner that see to it.

every 15 minutes      each source on its own, five minutes after the one before; one run at a time, a late one is
                      cancelled
Monday 08:00          the weekly report, in the organisation's time zone
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

from prefect import Flow, serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_API_PORT, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.collect import collect, configured
from flows.weekly import weekly_report
from monitor.errors import StoreError

QUARTER = 15  # minutes
STAGGER = 5
MONDAY_MORNING = "0 8 * * 1"
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
_STARTING = 120.0  # seconds the server may take


def deployments() -> list[RunnerDeployment]:
    """One deployment per configured source, and the weekly report."""
    monitor = configured()
    zone = monitor.settings.organisation.timezone
    visits = [
        _deployment(collect, source, every_quarter(position), zone, sources=[source])
        for position, source in enumerate(monitor.connectors)
    ]
    return [*visits, _deployment(weekly_report, "monday", MONDAY_MORNING, zone)]


def every_quarter(position: int) -> str:
    """Every 15 minutes, where the sources take turns to begin: at 0, 5 and 10 minutes, then at 0 again."""
    begin = position * STAGGER % QUARTER
    return f"{begin}-59/{QUARTER} * * * *" if begin else f"*/{QUARTER} * * * *"


def _deployment(flow: Flow[Any, Any], name: str, cron: str, zone: str, **parameters: Any) -> RunnerDeployment:
    made = flow.to_deployment(
        name,
        schedule=Cron(cron, timezone=zone),
        parameters=parameters,
        concurrency_limit=ONE_AT_A_TIME,
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(made, RunnerDeployment)  # a coroutine in asynchronous code only, which this is not
    return made


def serve_all() -> None:
    """Run all schedules until interrupted, on the configured server or on one of our own on this machine."""
    with _server() as address, temporary_settings({PREFECT_API_URL: address}):
        serve(*deployments(), pause_on_shutdown=False, limit=4)


@contextmanager
def _server() -> Iterator[str]:
    """The address of a Prefect server: the configured one, one that already listens here, or a child of our own."""
    configured_one = PREFECT_API_URL.value()
    address = configured_one or f"http://127.0.0.1:{PREFECT_SERVER_API_PORT.value()}/api"
    os.environ["PREFECT_API_URL"] = address  # for the processes that runs are made in
    if configured_one or _answers(address):
        yield address
        return
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own interpreter, no shell
        try:
            _await(address, server)
            yield address
        finally:
            server.terminate()


def _await(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _STARTING
    while not _answers(address):
        if server.poll() is not None or time.monotonic() > until:
            raise StoreError(f"{address}: the Prefect server did not start; try: prefect server start")
        time.sleep(0.5)


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310 - our own address on this machine
            return bool(answer.status == 200)
    except OSError:
        return False
