"""What a world is made of: people, accounts, sites, meters and the registers that the simulator fills."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.simulator.site import SiteModel

KIND_LABELS = {
    "fridge": "Fridge", "freezer": "Freezer", "cooking": "Hob and oven", "laundry": "Washing machine and dryer",
    "dishwasher": "Dishwasher", "hot_water": "Hot water", "heat_pump": "Heat pump", "ev": "Wall box",
    "refrigeration": "Refrigeration", "machines": "Machines", "office": "Workplaces", "climate": "Cooling and ventilation",
    "lighting": "Lighting", "circulation_pump": "Circulation pump", "other": "Other",
}  # fmt: skip
FINE_KINDS = frozenset({"ev", "heat_pump", "hot_water"})  # worth quarter-hours; plugs report by the hour


@dataclass(frozen=True)
class RegisterPlan:
    """One series. source : what of the simulation fills it, such as "import", "phase 1", "part ev", "temperature"."""

    slug: str
    commodity: str
    flow: str
    source: str
    kind: str = ""
    phase: int = 0
    label: str = ""
    interval_s: int = 900
    unit: str = "Wh"


@dataclass(frozen=True)
class MeterPlan:
    slug: str
    label: str
    model: str
    kind: str
    registers: tuple[RegisterPlan, ...]


@dataclass(frozen=True)
class DevicePlan:
    """register : slug of the register that this device fills, or empty."""

    slug: str
    kind: str
    name: str
    model: str = ""
    rated_w: int | None = None
    register: str = ""


@dataclass(frozen=True)
class SitePlan:
    """A place with its model.

    started_days : days of readings before today; 0 is a site that has none yet.
    submeters : kinds with a sub-meter of their own; what has none is the untracked remainder.
    blemishes : names of `data.seed.blemishes.BLEMISHES`.
    offline : slugs of sub-meters that have fallen silent; late_h : how late the gateway delivers. [h]
    """

    slug: str
    name: str
    model: SiteModel
    postcode: str = ""
    city: str = ""
    country: str = "DE"
    kind: str = "home"
    business_type: str = ""
    people: int | None = None
    floor_area_m2: int | None = None
    interval_s: int = 900
    three_phase: bool = False
    submeters: tuple[str, ...] = ()
    started_days: int = 730
    blemishes: tuple[str, ...] = ()
    offline: tuple[str, ...] = ()
    late_h: float = 0.0


@dataclass(frozen=True)
class Stay:
    """An account's time at a site, in days before today; None is from the first reading, or still."""

    site: str
    from_days_ago: int | None = None
    until_days_ago: int | None = None


@dataclass(frozen=True)
class PersonPlan:
    """Somebody who signs in: `name@demo.example`."""

    login: str
    name: str
    role: str = "customer"
    locale: str = ""


@dataclass(frozen=True)
class CustomerPlan:
    slug: str
    name: str
    stays: tuple[Stay, ...]
    kind: str = "residential"
    owner: str = ""  # login
    members: tuple[str, ...] = ()  # logins


@dataclass(frozen=True)
class WorldPlan:
    """A whole world. name : of the cast, kept with each site so that live readings find their plan again."""

    name: str
    seed: int
    people: tuple[PersonPlan, ...]
    customers: tuple[CustomerPlan, ...]
    sites: tuple[SitePlan, ...]
    stations: tuple[SitePlan, ...] = field(default=())

    @property
    def source(self) -> str:
        """What `site.source` says: it is simulated, and by which plan."""
        return f"Demo simulator, world {self.name}, seed {self.seed}"


def meters_of(site: SitePlan) -> tuple[MeterPlan, ...]:
    """The meters and registers that follow from what stands at a site."""
    meters = [_main_meter(site)] if site.model.household or site.model.business else [_station(site)]
    if site.model.roofs:
        meters.append(_production(site, "solar", "Solar meter"))
    if site.model.turbine:
        meters.append(_production(site, "wind", "Wind meter"))
    if site.model.battery:
        meters.append(_battery_meter(site))
    meters += [_submeter(site, kind) for kind in site.submeters]
    if site.model.house and site.model.heating in {"gas", "district"}:
        meters.append(_heat_meter(site))
    return tuple(meters)


def registers_of(site: SitePlan) -> tuple[RegisterPlan, ...]:
    return tuple(register for meter in meters_of(site) for register in meter.registers)


def _main_meter(site: SitePlan) -> MeterPlan:
    step = site.interval_s
    registers = [RegisterPlan("import", "electricity", "import", "import", label="From the grid", interval_s=step)]
    if site.model.roofs or site.model.turbine:
        registers.append(
            RegisterPlan("export", "electricity", "export", "export", label="To the grid", interval_s=step)
        )
    if site.three_phase:
        registers += [
            RegisterPlan(f"phase{n}", "electricity", "phase", f"phase {n}", phase=n, label=f"L{n}", interval_s=step)
            for n in (1, 2, 3)
        ]
    return MeterPlan("main", "Main meter", "Smart meter with gateway", "main", tuple(registers))


def _production(site: SitePlan, kind: str, label: str) -> MeterPlan:
    register = RegisterPlan(
        kind, "electricity", "production", kind, kind=kind, label=kind.capitalize(), interval_s=site.interval_s
    )
    return MeterPlan(kind, label, "Inverter counter", "production", (register,))


def _battery_meter(site: SitePlan) -> MeterPlan:
    registers = tuple(
        RegisterPlan(flow, "electricity", flow, flow, kind="battery", label=label, interval_s=site.interval_s)
        for flow, label in (("charge", "Battery charging"), ("discharge", "Battery discharging"))
    )
    return MeterPlan("battery", "Battery meter", "Storage inverter counter", "battery", registers)


def _submeter(site: SitePlan, kind: str) -> MeterPlan:
    step = site.interval_s if kind in FINE_KINDS or site.interval_s != 900 else 3600
    label = KIND_LABELS[kind]
    register = RegisterPlan(
        f"sub-{kind}", "electricity", "submeter", f"part {kind}", kind=kind, label=label, interval_s=step
    )
    model = "DIN rail counter" if kind in FINE_KINDS or site.kind == "business" else "Smart plug"
    return MeterPlan(f"sub-{kind}", label, model, "submeter", (register,))


def _heat_meter(site: SitePlan) -> MeterPlan:
    if site.model.heating == "gas":
        register = RegisterPlan("gas", "gas", "import", "gas", label="Gas", interval_s=3600)
        return MeterPlan("gas", "Gas meter", "Gas meter with pulse adapter", "main", (register,))
    register = RegisterPlan("heat", "heat", "import", "heat", label="District heat", interval_s=3600)
    return MeterPlan("heat", "Heat meter", "Ultrasonic heat meter", "main", (register,))


def _station(site: SitePlan) -> MeterPlan:
    register = RegisterPlan(
        "temperature",
        "weather",
        "temperature",
        "temperature",
        label="Outdoor temperature",
        interval_s=3600,
        unit="mdegC",
    )
    return MeterPlan("station", "Weather station", "Simulated", "weather", (register,))


def devices_of(site: SitePlan) -> tuple[DevicePlan, ...]:
    """What stands at a site and can be switched, watched or missed."""
    model = site.model
    devices = [DevicePlan("gateway", "gateway", "Smart meter gateway", "Gateway G2")]
    if model.roofs:
        rated = sum(roof.peak_w for roof in model.roofs)
        devices.append(DevicePlan("inverter", "inverter", "Solar inverter", "Hybrid inverter", rated, "solar"))
    if model.battery:
        devices.append(
            DevicePlan("battery", "battery", "Home battery", "LFP storage", model.battery.power_w, "discharge")
        )
    if model.turbine:
        devices.append(
            DevicePlan("turbine", "wind_turbine", "Wind turbine", "Small wind", model.turbine.rated_w, "wind")
        )
    if model.car:
        slug = "sub-ev" if "ev" in site.submeters else ""
        devices.append(DevicePlan("wall-box", "wall_box", "Wall box", "AC charger", model.car.power_w, slug))
    if model.heating == "heat_pump":
        slug = "sub-heat_pump" if "heat_pump" in site.submeters else ""
        devices.append(DevicePlan("heat-pump", "heat_pump", "Heat pump", "Air to water", 4_500, slug))
    plugs = [kind for kind in site.submeters if kind not in FINE_KINDS]
    devices += [
        DevicePlan(f"plug-{kind}", "plug", KIND_LABELS[kind], "Smart plug", None, f"sub-{kind}") for kind in plugs
    ]
    return tuple(devices)
