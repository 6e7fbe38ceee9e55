"""The vehicles and their owners: what a customer archive knows of them. All of it is made up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aftersales.demo import traits
from aftersales.demo.fleet import NEVER, Fleet
from aftersales.demo.plan import Plan

_VIN_NUMBERS = [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)]
_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", _VIN_NUMBERS, strict=True))
_VIN_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])
_MODELS = ("LSVAM418", "LSVNX418", "LSVCC61E", "LSVXD65N", "LSVFB66R", "LSVUB25T")
_PHONES = ("1380000", "1390000", "1370000", "1360000", "1350000", "1580000", "1590000", "1860000", "1880000")
_COMPANIES = ("物流", "贸易", "建材", "食品", "电子科技", "租赁", "装饰工程", "医药", "机械", "餐饮管理")


def owner_types(plan: Plan, fleet: Fleet, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether each vehicle is a fleet one, so that the lost ones of given months hold so many of them."""
    is_fleet = rng.random(len(fleet.created)) < plan.traits.fleet_share
    for month, count in plan.lost_fleet.items():
        if month in fleet.lost:
            lost = rng.permutation(fleet.lost[month])
            is_fleet[lost[:count]], is_fleet[lost[count:]] = True, False
    return is_fleet


def describe(plan: Plan, fleet: Fleet, rng: np.random.Generator) -> dict[str, Any]:
    """Columns of the vehicles: VIN, plate, owner, archive date, kilometres a day and when new.

    ``was_fleet`` is what an owner was before the car changed hands; the archive still says so.
    """
    count = len(fleet.created)
    is_fleet = owner_types(plan, fleet, rng)
    sold_on = rng.random(count) < 0.012
    opened = plan.first - 84
    month = np.where(fleet.created == NEVER, rng.integers(0, 84 - 12, count), 84 + fleet.created)
    created = (opened + month).astype("datetime64[D]") + rng.integers(0, 28, count)
    new = created - np.where(rng.random(count) < 0.45, 0, rng.integers(100, 1800, count))
    number = rng.integers(0, 10**4, count)
    phones = rng.choice(len(_PHONES) * 10**4, count, replace=count > len(_PHONES) * 10**4)
    people = traits.names(rng, count)
    companies = [f"示例{_COMPANIES[n % 10]}{n % 89 + 11}号公司" for n in number.tolist()]
    return {
        "vin": vins(new, rng),
        "plate": plates(plan.traits.plates, count, rng),
        "is_fleet": is_fleet,
        "was_fleet": is_fleet ^ sold_on,
        "created": created,
        "new": new,
        "km_a_day": np.minimum(rng.lognormal(np.log(np.where(is_fleet, 58, 38)), 0.4), 110),
        "name": np.where(is_fleet, np.array(companies, object), np.array(people, object)),
        "phone": [f"{_PHONES[p // 10**4]}{p % 10**4:04d}" for p in phones.tolist()],
    }


def vins(new: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Different VINs of 17 characters with a right check digit; some share their last six."""
    count = len(new)
    model = rng.integers(len(_MODELS), size=count)
    serial = rng.permutation(900_000)[:count] + 100_000
    twins = np.arange(0, count - 1, 400)
    serial[twins + 1], model[twins + 1] = serial[twins], (model[twins] + 1) % len(_MODELS)
    year = new.astype("datetime64[Y]").astype(np.int64) + 1970
    years = "ABCDEFGHJKLMNPRSTVWXY123456789"
    plant = rng.integers(0, 2, count)
    out = []
    for m, y, p, s in zip(model.tolist(), year.tolist(), plant.tolist(), serial.tolist(), strict=True):
        out.append(f"{_MODELS[m]}0{years[(y - 2010) % 30]}{'2N'[p]}{s}")
    codes = np.array(out).view("U1").reshape(count, 17)
    table = np.zeros(128, np.int64)
    for character, value in _VIN_VALUES.items():
        table[ord(character)] = value
    check = (table[codes.view(np.int32).reshape(count, 17)] @ _VIN_WEIGHTS) % 11
    return [f"{v[:8]}{'0123456789X'[c]}{v[9:]}" for v, c in zip(out, check.tolist(), strict=True)]


def plates(region: str, count: int, rng: np.random.Generator) -> list[str]:
    """Different plates: a region, a letter or digit, a letter or digit, three digits."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    numbers = rng.choice(len(letters) ** 2 * 1000, count, replace=False)
    return [
        f"{region}{letters[n // 1000 // len(letters)]}{letters[n // 1000 % len(letters)]}{n % 1000:03d}"
        for n in numbers.tolist()
    ]
