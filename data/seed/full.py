"""The full demo world: 54 customers, 15 and more of them similar enough to be compared."""

from __future__ import annotations

from dataclasses import replace

from data.seed.cast import (
    ALL,
    FREIBURG,
    FULL,
    SEED,
    STAFF,
    bakery_sites,
    business,
    consumer_home,
    home,
    hybrid_farm,
    person,
    prosumer_home,
    station,
)
from data.seed.plan import CustomerPlan, PersonPlan, SitePlan, Stay, WorldPlan
from data.seed.regions import REGIONS
from domain.simulator.battery import Battery
from domain.simulator.ev import Car
from domain.simulator.pv import Roof

MOVED_DAYS = 150  # when one tenant followed the other
NEW_DAYS = 3  # since when the newcomer lives where others lived before
FAMILIES = 17

PEOPLE = (
    PersonPlan("consumer", "Jana Vogt"),
    PersonPlan("consumer2", "Asha Tamang"),
    PersonPlan("prosumer", "Felix Haas"),
    PersonPlan("hybrid", "Marlene Hochberger"),
    PersonPlan("business", "Greta Rombach"),
    PersonPlan("accountant", "Pavel Novak"),
    PersonPlan("moved-out", "Oskar Thoma"),
    PersonPlan("moved-in", "Selin Cakir"),
    PersonPlan("newcomer", "Nils Albrecht"),
    PersonPlan("waiting", "Hanna Dold"),
    *STAFF,
)


def full(seed: int = SEED) -> WorldPlan:
    """Every kind of customer that the portal knows, around Freiburg and Konstanz and in three other zones."""
    leading = (consumer_home(seed), prosumer_home(seed), hybrid_farm(seed))
    moving = _moving(seed)
    crowd = (*_families(seed), *_flats(seed), *_couples(seed), *_electric(seed), *_sunny(seed), *_abroad(seed))
    trade = _trade(seed)
    customers = (
        CustomerPlan("lindenweg", "Jana Vogt", (Stay("lindenweg"),), owner="consumer"),
        CustomerPlan("sonnhalde", "Familie Haas", (Stay("sonnhalde"),), owner="prosumer"),
        CustomerPlan("hochberg", "Marlene Hochberger", (Stay("hochberg"),), owner="hybrid"),
        CustomerPlan("bakery", "Bäckerei Rombach GmbH", tuple(Stay(site.slug) for site in bakery_sites(seed)), "business",
                     "business", ("accountant",)),
        *_movers(seed),
        *(_customer(seed, site) for site in (*crowd, *trade)),
    )  # fmt: skip
    sites = (*leading, *bakery_sites(seed), *moving, *crowd, *trade)
    return WorldPlan(FULL, seed, PEOPLE, customers, sites, tuple(station(seed, region) for region in REGIONS))


def _customer(seed: int, site: SitePlan) -> CustomerPlan:
    if site.kind == "business":
        return CustomerPlan(site.slug, site.name, (Stay(site.slug),), "business")
    if site.slug == "patan":
        return CustomerPlan(site.slug, "Asha Tamang", (Stay(site.slug),), owner="consumer2")
    return CustomerPlan(site.slug, person(seed, site.slug), (Stay(site.slug),))


def _families(seed: int) -> tuple[SitePlan, ...]:
    """Three people and a gas boiler, like the consumer's home: with it, a group in which nobody can be told apart."""
    blemishes = {3: ("outage",), 5: ("exchange",), 8: ("suspect",), 11: ("estimated",), 14: ("corrected",)}
    owns = ({"dishwasher"}, {"dishwasher", "freezer"}, {"dishwasher", "dryer"}, ALL)
    rhythms = ("family", "worker", "home_office", "family", "late")
    return tuple(
        home(
            seed, f"family-{n}", "konstanz" if n % 3 == 0 else "freiburg", 3, rhythm=rhythms[n % 5], owns=owns[n % 4],
            blemishes=blemishes.get(n, ()), submeters=("laundry", "dishwasher") if n % 4 == 1 else (),
        )
        for n in range(1, FAMILIES + 1)
    )  # fmt: skip


def _flats(seed: int) -> tuple[SitePlan, ...]:
    return (
        home(seed, "flat-1", "konstanz", 1, heating="district", rhythm="worker", area=44),
        home(seed, "flat-2", "konstanz", 1, heating="district", rhythm="retired", area=58),
        home(seed, "flat-3", "konstanz", 2, heating="district", rhythm="worker", area=71),
        home(seed, "flat-4", "freiburg", 1, owns={"electric_water"}, rhythm="late", area=38, submeters=("hot_water",)),
        home(seed, "flat-5", "freiburg", 2, owns={"electric_water", "dishwasher"}, rhythm="home_office", area=66,
             submeters=("hot_water", "cooking")),
    )  # fmt: skip


def _couples(seed: int) -> tuple[SitePlan, ...]:
    rhythms = ("worker", "retired", "home_office", "retired", "late")
    return (
        *(home(seed, f"couple-{n}", "freiburg", 2, rhythm=rhythms[n - 1]) for n in range(1, 6)),
        home(seed, "couple-6", "freiburg", 2, rhythm="worker", car=Car("couple-6", 9_000.0, 3_700), submeters=("ev",)),
    )


def _electric(seed: int) -> tuple[SitePlan, ...]:
    """Homes with a car or a heat pump, or both."""
    return (
        home(seed, "car-1", "freiburg", 4, rhythm="family", owns=ALL, car=Car("car-1", 13_000.0, 11_000, 21.0),
             submeters=("ev",)),
        home(seed, "car-2", "konstanz", 4, rhythm="worker", owns=ALL, car=Car("car-2", 16_000.0), submeters=("ev", "laundry")),
        home(seed, "car-3", "freiburg", 5, rhythm="family", owns=ALL),
        home(seed, "pump-1", "freiburg", 3, rhythm="home_office", heating="heat_pump", submeters=("heat_pump",)),
        home(seed, "pump-2", "konstanz", 2, rhythm="retired", heating="heat_pump", area=120, submeters=("heat_pump",)),
        home(seed, "pump-3", "freiburg", 4, rhythm="family", heating="heat_pump", owns=ALL, car=Car("pump-3"),
             roofs=(Roof(7_600, 38.0, 200.0),), submeters=("heat_pump", "ev")),
    )  # fmt: skip


def _sunny(seed: int) -> tuple[SitePlan, ...]:
    return (
        home(seed, "roof-1", "freiburg", 2, rhythm="retired", roofs=(Roof(5_400, 40.0, 175.0),)),
        home(
            seed,
            "roof-2",
            "konstanz",
            4,
            rhythm="family",
            owns=ALL,
            roofs=(Roof(4_200, 30.0, 95.0), Roof(4_200, 30.0, 265.0)),
        ),
        home(
            seed,
            "roof-3",
            "freiburg",
            3,
            rhythm="worker",
            roofs=(Roof(6_900, 34.0, 215.0),),
            battery=Battery(7_000, 3_300),
        ),
    )


def _abroad(seed: int) -> tuple[SitePlan, ...]:
    """Other zones: half-hours in London, the far north, and +05:45 at quarter-hours."""
    return (
        home(
            seed,
            "patan",
            "kathmandu",
            4,
            heating="none",
            rhythm="family",
            name="Patan Dhoka 12",
            submeters=("fridge", "cooking"),
        ),
        home(seed, "london-1", "london", 2, interval_s=1800, name="12 Larkhill Row"),
        home(seed, "london-2", "london", 3, interval_s=1800, rhythm="family", name="7 Bramble Court"),
        home(seed, "helsinki-1", "helsinki", 2, heating="district", name="Vaahteratie 5"),
    )


def _trade(seed: int) -> tuple[SitePlan, ...]:
    return (
        business(seed, "schreinerei", "freiburg", "workshop", name="Schreinerei Nopper", floor_area_m2=420,
                 roofs=(Roof(29_500, 15.0, 160.0),), submeters=("machines", "lighting")),
        business(seed, "gasthaus", "konstanz", "restaurant", name="Gasthaus am Ried", floor_area_m2=190,
                 submeters=("refrigeration", "cooking")),
        business(seed, "praxis", "freiburg", "office", name="Praxis Dr. Winterhalter", floor_area_m2=140),
        business(seed, "hofladen", "konstanz", "shop", name="Hofladen Jehle", floor_area_m2=60),
    )  # fmt: skip


def _moving(seed: int) -> tuple[SitePlan, ...]:
    """Homes in which the account is not as old as the readings, or has none yet."""
    return (
        home(seed, "wechsel", "freiburg", 2, rhythm="worker", name="Zasiusgasse 21"),
        home(seed, "neu", "freiburg", 2, rhythm="worker", name="Hirzberg 3", postcode="79102", city=FREIBURG),
        replace(home(seed, "neubau", "freiburg", 3, heating="none", name="Im Neubruch 2"), started_days=0),
    )


def _movers(seed: int) -> tuple[CustomerPlan, ...]:
    return (
        CustomerPlan("moved-out", "Oskar Thoma", (Stay("wechsel", until_days_ago=MOVED_DAYS),), owner="moved-out"),
        CustomerPlan("moved-in", "Selin Cakir", (Stay("wechsel", from_days_ago=MOVED_DAYS),), owner="moved-in"),
        CustomerPlan("neu-before", person(seed, "neu-before"), (Stay("neu", until_days_ago=NEW_DAYS),)),
        CustomerPlan("neu", "Nils Albrecht", (Stay("neu", from_days_ago=NEW_DAYS),), owner="newcomer"),
        CustomerPlan("neubau", "Hanna Dold", (Stay("neubau"),), owner="waiting"),
    )
