"""Quality words of files."""

from __future__ import annotations

from domain.energy.quality import Quality
from domain.ingest.qualities import quality


def test_letters_of_the_open_data():
    assert [quality(letter) for letter in "AISP"] == [
        Quality.MEASURED,
        Quality.ESTIMATED,
        Quality.SUSPECT,
        Quality.SUSPECT,
    ]


def test_our_own_words_and_unknown_ones():
    assert quality(" Corrected ") is Quality.CORRECTED
    assert quality("") is Quality.MEASURED
    assert quality("maybe") is None
