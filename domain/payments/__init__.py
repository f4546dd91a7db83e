"""Payments by rule alone: what a payment's facts add up to, when money is asked for, when somebody is reminded."""
