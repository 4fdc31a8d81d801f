"""The pipeline on Prefect: order, retries, schedules. No business rule stands here.

Prefect's own settings for this program, before it is imported: nothing is told to anybody outside, the
temporary server gets time to start (its default of 20 s fails on a busy machine), and it listens on this
machine only. The environment wins, as always with Prefect.
"""

import os
import sys

SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_API_HOST": "127.0.0.1",
    "PREFECT_LOGGING_EXTRA_LOGGERS": "monitor",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # our threads may log outside a flow
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}
for _name, _value in SETTINGS.items():
    os.environ.setdefault(_name, _value)


def quiet_exit() -> None:
    """For `atexit`, registered first so that it runs last: end without the DuckDB client's report about itself.

    Prefect's threads outlive the interpreter's tidying up, and nanobind then prints a page of "leaks".
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
