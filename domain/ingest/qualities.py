"""Quality words of files and the codes the store keeps."""

from __future__ import annotations

from domain.energy.quality import CODES, Quality

WORDS = {
    "": Quality.MEASURED,
    "a": Quality.MEASURED,  # as published
    "i": Quality.ESTIMATED,  # interpolated by the publisher
    "e": Quality.ESTIMATED,
    "s": Quality.SUSPECT,  # jump after an outage
    "p": Quality.SUSPECT,  # an hour built from fragments
    "m": Quality.MEASURED,
    "w": Quality.MEASURED,  # "wahrer Wert"
    "actual": Quality.MEASURED,
    "interpolated": Quality.ESTIMATED,
    **CODES,
}


def quality(word: str) -> Quality | None:
    return WORDS.get(word.strip().lower())
