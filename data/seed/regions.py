"""Where the demo's sites stand: five climates, three of them close to another."""

from __future__ import annotations

from domain.simulator.weather import Region

REGIONS = {
    "freiburg": Region("Freiburg", "Europe/Berlin", 47.99, 7.85, 280.0, 11.8, 9.2, 4.6, 0.62, 4.2),
    "konstanz": Region("Konstanz", "Europe/Berlin", 47.66, 9.18, 405.0, 10.6, 9.4, 4.2, 0.60, 4.6),
    "london": Region("London", "Europe/London", 51.51, -0.13, 11.0, 11.6, 6.8, 3.6, 0.53, 4.9),
    "helsinki": Region("Helsinki", "Europe/Helsinki", 60.17, 24.94, 15.0, 6.6, 11.6, 3.2, 0.56, 5.4),
    "kathmandu": Region("Kathmandu", "Asia/Kathmandu", 27.71, 85.32, 1_400.0, 18.6, 6.6, 5.2, 0.66, 2.6),
}
