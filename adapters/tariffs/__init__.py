"""Tariffs from outside: our own JSON file, OpenEI's URDB, holidays and market prices."""
