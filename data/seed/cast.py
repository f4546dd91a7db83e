"""The demo's leading people and places, how others are made up, and the tiny world. All of them are invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from data.seed.plan import CustomerPlan, PersonPlan, SitePlan, Stay, WorldPlan
from data.seed.regions import REGIONS
from domain.simulator.appliances import Household
from domain.simulator.battery import Battery
from domain.simulator.business import TYPES
from domain.simulator.ev import Car
from domain.simulator.heating import House
from domain.simulator.noise import between, choice, stream
from domain.simulator.pv import Roof
from domain.simulator.site import SiteModel
from domain.simulator.wind import Turbine

SEED = 2026
FULL, TINY = "full", "tiny"
TOWNS = {
    "freiburg": (("79102", "Freiburg im Breisgau"), ("79110", "Freiburg im Breisgau"), ("79189", "Bad Krozingen"),
                 ("79312", "Emmendingen"), ("79183", "Waldkirch")),
    "konstanz": (("78462", "Konstanz"), ("78464", "Konstanz"), ("78315", "Radolfzell"), ("78224", "Singen")),
    "london": (("SE15 4QN", "London"), ("N8 9BT", "London")),
    "helsinki": (("00530", "Helsinki"),),
    "kathmandu": (("44600", "Kathmandu"),),
}  # fmt: skip
COUNTRIES = {"london": "GB", "helsinki": "FI", "kathmandu": "NP"}
STREETS = (
    "Amselweg", "Birkenallee", "Dreisamblick", "Eschholzgasse", "Fichtenweg", "Gartenstraße", "Hebelweg", "Im Rebgarten",
    "Kastanienallee", "Lerchenweg", "Mühlbachweg", "Nussbaumweg", "Obere Halde", "Quellenweg", "Rosenweg", "Seerhein",
    "Talbachstraße", "Ulmenweg", "Vogelsang", "Wiesentalstraße",
)  # fmt: skip
FIRST_NAMES = (
    "Anja", "Bernd", "Carla", "Deniz", "Elif", "Frieda", "Georg", "Hanna", "Ivo", "Julia", "Karim", "Lena", "Mareike",
    "Nils", "Oskar", "Paula", "Rainer", "Selin", "Tobias", "Ute", "Viktor", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Albrecht", "Bühler", "Cakir", "Dold", "Ehret", "Faller", "Ganter", "Hug", "Imgrund", "Jehle", "Kiefer", "Löffler",
    "Moser", "Nopper", "Oehler", "Pfaff", "Rombach", "Schwär", "Thoma", "Uhl", "Villinger", "Winterhalter", "Zähringer",
)  # fmt: skip
FREIBURG = "Freiburg im Breisgau"
ALL = frozenset({"dishwasher", "freezer", "dryer"})
PLUGS = ("fridge", "freezer", "cooking", "laundry", "dishwasher")


def person(seed: int, slug: str) -> str:
    """An invented name, the same for the same seed and slug."""
    source = stream(seed, slug, "name")
    return f"{FIRST_NAMES[choice(source, 0, len(FIRST_NAMES))]} {LAST_NAMES[choice(source, 1, len(LAST_NAMES))]}"


def address(seed: int, slug: str, region: str) -> tuple[str, str, str]:
    """Street with number, postcode and town."""
    source = stream(seed, slug, "address")
    street = STREETS[choice(source, 0, len(STREETS))]
    postcode, city = TOWNS[region][choice(source, 1, len(TOWNS[region]))]
    return f"{street} {1 + choice(source, 2, 88)}", postcode, city


def home(seed: int, slug: str, region: str, people: int, **options: Any) -> SitePlan:
    """A home with believable defaults; `options` are fields of the plan, of its model, and `rhythm`, `owns`, `area`."""
    source = stream(seed, slug, "home")
    area = int(options.pop("area", 0) or 34 + 21 * people + choice(source, 0, 26))
    rhythm = str(options.pop("rhythm", "") or ("worker", "home_office", "late")[choice(source, 1, 3)])
    owns = options.pop("owns", None)
    owned = frozenset({"dishwasher"} if people > 1 else ()) if owns is None else frozenset(owns)
    heating = str(options.get("heating", "gas"))
    loss = area * (0.85 if heating == "heat_pump" else between(source, 2, 1.15, 1.75))
    model = SiteModel(
        seed=seed,
        region=REGIONS[region],
        household=Household(slug, people, rhythm, between(source, 3, 0.84, 1.24), owned),
        house=House(slug, loss, people) if heating in {"gas", "district", "heat_pump"} else None,
        heating=heating,
    )
    return _placed(seed, slug, region, model, people=people, floor_area_m2=area, **options)


def business(seed: int, slug: str, region: str, business_type: str, **options: Any) -> SitePlan:
    model = SiteModel(seed=seed, region=REGIONS[region], business=replace(TYPES[business_type], key=slug))
    shown = {"shop": "retail", "cold_store": "storage"}.get(business_type, business_type)
    return _placed(seed, slug, region, model, kind="business", business_type=shown, **options)


def _placed(seed: int, slug: str, region: str, model: SiteModel, **options: Any) -> SitePlan:
    street, postcode, city = address(seed, slug, region)
    of_model = {
        name: options.pop(name) for name in ("car", "roofs", "turbine", "battery", "heating") if name in options
    }
    plan = SitePlan(
        slug=slug,
        name=street,
        postcode=postcode,
        city=city,
        country=COUNTRIES.get(region, "DE"),
        model=replace(model, **of_model),
    )
    return replace(plan, **options)


STAFF = (
    PersonPlan("agent", "Clara Brandt", "agent"),
    PersonPlan("admin", "Henrik Lorenz", "admin"),
    PersonPlan("analyst", "Mira Sandberg", "analyst"),
)


def consumer_home(seed: int) -> SitePlan:
    """Jana Vogt's: the home most pages are looked at with, so it has a little of every blemish."""
    return home(
        seed, "lindenweg", "freiburg", 3, rhythm="family", owns={"dishwasher", "freezer"}, area=96,
        name="Lindenweg 14", postcode="79102", city=FREIBURG, three_phase=True,
        submeters=("fridge", "freezer", "cooking", "laundry", "dishwasher"),
        blemishes=("outage", "exchange", "estimated", "corrected", "recounted", "suspect"),
    )  # fmt: skip


def prosumer_home(seed: int) -> SitePlan:
    return home(
        seed, "sonnhalde", "freiburg", 4, rhythm="family", owns=ALL, area=148, heating="heat_pump", name="Sonnhalde 7",
        postcode="79104", city=FREIBURG, roofs=(Roof(9_800),), battery=Battery(10_000, 5_000),
        car=Car("sonnhalde", 12_500.0, 11_000), three_phase=True,
        submeters=("heat_pump", "ev", "laundry", "dishwasher", "freezer"), blemishes=("offline", "estimated"),
        offline=("sub-freezer",),
    )  # fmt: skip


def hybrid_farm(seed: int) -> SitePlan:
    return home(
        seed, "hochberg", "konstanz", 4, rhythm="retired", owns=ALL | {"electric_water"}, area=190, heating="heat_pump", car=Car("hochberg", 14_000.0),
        name="Hochberghof 1", postcode="78355", city="Hohenfels", turbine=Turbine(6_500, 1.0),
        roofs=(Roof(8_400, 24.0, 110.0), Roof(7_600, 24.0, 250.0)), battery=Battery(14_000, 6_000),
        submeters=("heat_pump", "ev", "hot_water", "laundry", "freezer"), blemishes=("outage",),
    )  # fmt: skip


def bakery_sites(seed: int) -> tuple[SitePlan, ...]:
    return (
        business(seed, "backstube", "freiburg", "bakery", name="Backstube Haslach", floor_area_m2=310, three_phase=True,
                 postcode="79115", city=FREIBURG,
                 submeters=("refrigeration", "machines", "lighting", "climate"), blemishes=("corrected",)),
        business(seed, "filiale-wiehre", "freiburg", "shop", name="Filiale Wiehre", floor_area_m2=85,
                 postcode="79100", city=FREIBURG, submeters=("refrigeration", "lighting")),
        business(seed, "filiale-stuehlinger", "freiburg", "shop", name="Filiale Stühlinger", floor_area_m2=72,
                 postcode="79106", city=FREIBURG, blemishes=("gap_open",)),
        business(seed, "kuehlhaus", "freiburg", "cold_store", name="Kühlhaus Hochdorf", floor_area_m2=240,
                 postcode="79108", city=FREIBURG, roofs=(Roof(24_000, 12.0, 180.0),), submeters=("refrigeration",)),
        business(seed, "buero-konstanz", "konstanz", "office", name="Büro Konstanz", floor_area_m2=180,
                 postcode="78462", city="Konstanz", submeters=("office", "climate", "lighting"), late_h=20.0, blemishes=("late",)),
    )  # fmt: skip


def station(seed: int, region: str) -> SitePlan:
    where = REGIONS[region]
    return SitePlan(
        slug=f"station-{region}",
        name=f"Weather {where.name}",
        city=TOWNS[region][0][1],
        country=COUNTRIES.get(region, "DE"),
        kind="business",
        business_type="weather_station",
        model=SiteModel(seed=seed, region=where),
    )


def _single(slug: str, name: str, owner: str = "") -> CustomerPlan:
    return CustomerPlan(slug, name, (Stay(slug),), owner=owner)


def tiny(seed: int = SEED) -> WorldPlan:
    """The smallest world with one of each kind, for tests."""
    farm = business(
        seed, "kontor", "konstanz", "office", name="Kontor am See", floor_area_m2=120, blemishes=("gap_open",)
    )
    sites = (
        replace(consumer_home(seed), submeters=("cooking", "laundry")),
        replace(prosumer_home(seed), submeters=("heat_pump", "ev")),
        bakery_sites(seed)[0],
        farm,
        home(seed, "patan", "kathmandu", 4, heating="none", name="Patan Dhoka 12"),
    )
    customers = (
        _single("lindenweg", "Jana Vogt", "consumer"),
        _single("sonnhalde", "Familie Haas", "prosumer"),
        CustomerPlan("bakery", "Bäckerei Rombach GmbH", (Stay("backstube"), Stay("kontor")), "business", "business",
                     ("accountant",)),
        _single("patan", "Asha Tamang", "consumer2"),
    )  # fmt: skip
    people = (
        PersonPlan("consumer", "Jana Vogt"),
        PersonPlan("prosumer", "Felix Haas"),
        PersonPlan("business", "Greta Rombach"),
        PersonPlan("accountant", "Pavel Novak"),
        PersonPlan("consumer2", "Asha Tamang"),
        *STAFF,
    )
    return WorldPlan(TINY, seed, people, customers, sites, (station(seed, "freiburg"), station(seed, "konstanz")))
