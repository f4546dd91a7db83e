"""What a contract lets its customer do: change its tariff, move use to cheaper hours, estimate a year."""
