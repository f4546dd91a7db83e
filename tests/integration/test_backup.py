"""The backup of docs/operations.md, taken with its own lines, restored elsewhere and checked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from sqlalchemy import func, select

from config import ROOT
from data.readings import ReadingsStore
from data.session import Records
from data.tables.identity import User
from services.store_check import check
from tests.factories.world import tiny_world


def test_a_restored_backup_is_whole(tmp_path):
    made = tiny_world(tmp_path / "var")  # and goes on running while it is copied
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    os.symlink(sys.executable, tmp_path / ".venv" / "bin" / "python")
    lines = re.search(r"## Backup.*?```sh\n(.*?)```", (ROOT / "docs" / "operations.md").read_text(), re.S)[1]
    environment = {**os.environ, "TO": str(tmp_path / "backup")}
    subprocess.run(["sh", "-eu", "-c", lines], cwd=tmp_path, env=environment, check=True)
    with made.records.reading() as db:
        people = db.scalar(select(func.count()).select_from(User))
    rows = sum(segment.row_count for segment in made.readings.manifest.current_layout().raw)
    made.readings.close()
    made.records.dispose()
    shutil.move(tmp_path / "backup", tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "var")
    folder = tmp_path / "elsewhere"
    store = ReadingsStore(folder / "store", f"sqlite:///{folder / 'store' / 'manifest.sqlite'}")
    records = Records(f"sqlite:///{folder / 'portal.sqlite'}")
    assert check(store) == []
    assert sum(segment.row_count for segment in store.manifest.current_layout().raw) == rows > 100_000
    with records.reading() as db:
        assert db.scalar(select(func.count()).select_from(User)) == people
    store.close()
    records.dispose()
