"""Tariffs as data, and the one function that turns readings into money.

`tariff` says what a tariff is, `bands` when which price applies, `charges/` holds one module per kind of charge, and
`rate` puts them together. Nothing here reads a file, a clock or a database.
"""
