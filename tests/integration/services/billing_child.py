"""Issues documents for keys 0..n-1 until it ends or is killed: `python billing_child.py DATABASE_URL FOLDER N`."""

from __future__ import annotations

import sys
from pathlib import Path

from services import billing_issue, portal
from tests.factories.billing import make_document, make_line
from tests.factories.people import make_portal

if __name__ == "__main__":
    url, folder, count = sys.argv[1:]
    with portal.using(make_portal(Path(folder), database_url=url)):
        print("ready", flush=True)
        for key in range(int(count)):
            document = make_document(make_line(1_000 + key), make_line(50), party=f"C-104 88{key % 2}")
            billing_issue.issue(document, f"key-{key}")
