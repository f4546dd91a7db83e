"""Gunicorn's settings: `gunicorn -c gunicorn.conf.py "app:create_server()"`."""

import os
import shutil
from pathlib import Path

METRICS = Path(__file__).resolve().parent / "var" / f"metrics-{os.getpid()}"
# prometheus-client reads this when it is imported, which the workers do after the fork.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(METRICS))

worker_class = "gthread"
workers = 2
threads = 4
preload_app = False  # engines and connections are made after the fork
timeout = 60
graceful_timeout = 20
keepalive = 15
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 8190
accesslog = None  # the portal writes its own JSON line per request
errorlog = "-"
loglevel = "warning"
# What gunicorn itself says (a worker that hung, a port that is taken) is a JSON line like all others.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "adapters.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"level": "WARNING", "handlers": []},
    "loggers": {
        "gunicorn.error": {"level": "WARNING", "handlers": ["console"], "propagate": False},
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": False},
    },
}


def on_starting(_server: object) -> None:
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def child_exit(_server: object, worker: object) -> None:
    """A gone worker's gauges leave with it; its counters stay in the sums."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: object) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
