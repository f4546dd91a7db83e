"""Billing: what documents add up to. Pure functions over integers of minor units."""
