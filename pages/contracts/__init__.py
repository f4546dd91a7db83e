"""Contracts, their prices, and what other tariffs would cost."""
