"""An order may continue a contract that would have ended: where it is withdrawn, the contract ends as before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contract_request", sa.Column("previous_end", sa.Date(), nullable=True))
