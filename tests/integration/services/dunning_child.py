"""Runs the reminders of a day until it ends or is killed: `python dunning_child.py DATABASE_URL FOLDER DATE`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from services import dunning_run, portal
from tests.factories.people import make_portal

if __name__ == "__main__":
    url, folder, day = sys.argv[1:]
    with portal.using(make_portal(Path(folder), database_url=url)):
        print("ready", flush=True)
        dunning_run.run_dunning(date.fromisoformat(day))
