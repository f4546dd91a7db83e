"""Pure energy knowledge: no I/O, no clock, no framework."""
