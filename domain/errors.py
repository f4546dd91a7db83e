"""What can go wrong in the portal's own terms; sentences are made at the edge from `code`."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


class DomainError(Exception):
    """An expected refusal. `code` is looked up for a sentence, `params` fill it, `status` is its HTTP answer."""

    code = "refused"
    status = 400

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params


class NotFoundError(DomainError):
    """Missing and foreign look the same: 404."""

    code = "not_found"
    status = 404


class ForbiddenError(DomainError):
    """The viewer's role may never do this, whatever the object."""

    code = "forbidden"
    status = 403


class InvalidInputError(DomainError):
    """A field has a value that cannot be used; `field` and `remedy` are codes."""

    code = "invalid_input"
    status = 400

    def __init__(self, field_name: str, remedy: str, **params: object) -> None:
        super().__init__(field=field_name, remedy=remedy, **params)


class DamagedSegmentError(DomainError):
    """A readings segment cannot be read; the rest of the store is unaffected."""

    code = "damaged_segment"
    status = 503


@dataclass(frozen=True)
class Issue:
    """One problem with one field of what somebody entered; a value, never raised."""

    field: str
    code: str
    params: dict[str, object] = dataclasses.field(default_factory=dict)
