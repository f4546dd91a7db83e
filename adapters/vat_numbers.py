"""Check digits of VAT ids, country by country, as python-stdnum knows them."""

from __future__ import annotations

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError

OWN_NAMES = {"EL": "gr", "XI": "gb"}  # Greece and Northern Ireland write a prefix of their own


def has_right_digits(vat_id: str) -> bool:
    """Whether the check digits fit; True for a country whose numbers have none that are known.

    vat_id : with its prefix, as `DE136695976`
    """
    prefix, number = vat_id[:2], vat_id[2:]
    module = get_cc_module(OWN_NAMES.get(prefix, prefix.lower()), "vat")
    if module is None:
        return True
    try:
        module.validate(number)
    except ValidationError:
        return False
    return True
