"""Write side of what bills are made out to, and of what stands on their paper. Rows are added, never changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.tables.billing_papers import BillingPaper, BillingProfileRow
from domain.billing.profiles import BillingProfile


def add_profile(
    tx: Session, profile: BillingProfile, *, account_id: int, valid_from: date, made_by: int | None, now: datetime
) -> None:
    row = {"account_id": account_id, "valid_from": valid_from, "made_by_user_id": made_by, "made_at": now}
    tx.execute(insert(BillingProfileRow).values(**row, **asdict(profile)))


def add_paper(tx: Session, public_id: str, body: str, *, digests: tuple[str, str, str], now: datetime) -> bool:
    """False where the document has one already, which stays.

    digests : SHA-256 of the body, the PDF and the XML
    """
    digest, pdf, xml = digests
    row = {"document_public_id": public_id, "body": body, "digest": digest, "pdf_sha256": pdf, "xml_sha256": xml}
    dialect = postgresql if tx.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(BillingPaper).values(**row, made_at=now).on_conflict_do_nothing()
    return tx.execute(statement.returning(BillingPaper.id)).scalar() is not None
