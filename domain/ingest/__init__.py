"""Rules that turn a file of meter data into readings: times, numbers, units, duplicates, rounding. No I/O."""
