"""Public ids of the demo: derived from the world's seed, so that addresses and screenshots stay the same."""

from __future__ import annotations

from hashlib import blake2b

from data.tables.base import ALPHABET


def public_id(seed: int, prefix: str, slug: str) -> str:
    """`site-7k3m9q2xv4` style, like `data.tables.base.new_public_id`, but the same in every run."""
    digest = blake2b(f"{seed}/{prefix}/{slug}".encode(), digest_size=10).digest()
    return f"{prefix}-{''.join(ALPHABET[byte % 32] for byte in digest)}"


def number(seed: int, name: str, digits: int) -> str:
    """A decimal number of that many digits, for serial numbers and supply point codes."""
    value = int.from_bytes(blake2b(f"{seed}#{name}".encode(), digest_size=8).digest(), "big")
    return str(value % 10**digits).zfill(digits)
