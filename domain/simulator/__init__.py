"""A bottom-up simulator of homes, businesses and their weather: pure, seeded, the same for any span of days."""
