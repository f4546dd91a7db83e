"""Why something cannot be rated: one refusal with a code and what its sentence needs."""

from __future__ import annotations

from domain.errors import DomainError

CODES = (
    "contracts_overlap", "period_empty", "flow_missing", "readings_disordered", "readings_off_grid", "readings_too_coarse",
    "series_missing", "series_currency", "price_missing", "tax_rule_missing", "levy_missing", "holidays_missing",
    "fact_missing", "vintage_missing", "band_missing", "currencies_differ", "tariff_unsound",
)  # fmt: skip


class RatingRefusedError(DomainError):
    """The period cannot be priced as asked. `code` is one of `CODES`; nothing was computed in part."""

    code = "rating_refused"

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(reason=code, **params)
        self.reason = code


def refuse(code: str, **params: object) -> RatingRefusedError:
    return RatingRefusedError(code, **params)
