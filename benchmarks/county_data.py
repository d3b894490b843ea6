"""The tables, layers and pictures of a synthetic county; everything is fictional.

Each register says how many rows it has and what its telling columns hold; the other
columns that the models name are filled by their description in `models/datasets`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
from exports import DATASETS, header, patches
from rasterio.transform import from_origin

from pil_discovery.catalog import load_catalog
from pil_discovery.text.check_digits import resident_check_digit, uscc_check_digit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pil_discovery.types import Dataset, Field

    Columns = dict[str, Any]

DIVISION = "990302"
TODAY = np.datetime64("2026-09-30")
FIRST_MONTH = np.datetime64("2024-10", "M")
MONTHS = 24
ROUGHLY = 11_000_000
"""Rows that the sizes below add up to; other counties are larger or smaller alike."""
CORNER = (421_000, 3_334_000)
SIDE, PIXEL = 1_000, 15
GREEN, SOIL = (500, 800, 500, 4000, 1800), (1200, 1500, 1900, 2500, 3500)
"""Reflectance times 10 000 in blue, green, red, near and short-wave infrared."""
TAKEN = ("2024-07-05", "2025-07-08", "2026-07-12")

WORKSPACE = """name: 一千万行的县
as_of: "2026-09-30"
jurisdiction: "990302"
office: {name: 示例区人民检察院, short: 示检}
personal: {basis: 示检公益〔2026〕1号批准}
"""
PICTURE = """  - file: 影像/%s.tif
    acquired: "%sT10:40:00+08:00"
    sensor: 示例多光谱卫星
    scale: 0.0001
    sigma_m: 5
    bands: {blue: 1, green: 2, red: 3, nir: 4, swir1: 5}
"""


def make_county(root: Path, rows: int, models: Sequence[str]):
    """Write the workspace.

    Parameters
    ----------
    rows
        Of all tables together, about.
    models
        Codes of the models; only columns that they name are written.
    """
    needed = needed_columns(models)
    county = County(rows / ROUGHLY)
    listed: dict[str, list[str]] = {"records": [], "layers": []}
    for folder in ("表格", "图层", "影像"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, columns in sorted(registers(county).items()):
        dataset = DATASETS[name]
        filled = county.fill(dataset, columns, needed[name])
        if dataset.kind == "vector":
            file = f"图层/{name}.gpkg"
            write_layer(root / file, dataset, filled, county.rng)
            entry = f"  - {{file: {file}, dataset: {name}, sigma_m: 1}}\n"
            listed["layers"].append(entry)
        else:
            file = f"表格/{name}.parquet"
            write_table(root / file, dataset, filled, county.rng)
            crs = ", crs: 'EPSG:4490'" if dataset.has_geometry else ""
            listed["records"].append(f"  - {{file: {file}, dataset: {name}{crs}}}\n")
    text = WORKSPACE
    for kind, entries in listed.items():
        text += f"{kind}:\n{''.join(entries)}"
    text += "images:\n" + "".join(PICTURE % (day, day) for day in TAKEN)
    (root / "pil.yaml").write_text(text, encoding="utf-8")
    changed = county.rng.integers(50, SIDE - 50, (40, 2))
    for number, day in enumerate(TAKEN):
        write_picture(root / "影像" / f"{day}.tif", changed[: 20 * number], county.rng)


def needed_columns(models: Sequence[str]) -> dict[str, list[str]]:
    """Return data set → columns that the models name, its key, and the first three.

    By one or two headers alone a table would not be recognised.
    """
    found: dict[str, list[str]] = {}
    for model in load_catalog().models.values():
        if model.code in models:
            for part in (model.data, model.clears):
                for name, columns in part.items():
                    found.setdefault(name, []).extend(columns)
    return {
        name: [c for c in every if c in {*columns, *DATASETS[name].key, *every[:3]}]
        for name, columns in found.items()
        if name != "image" and (every := DATASETS[name].columns)
    }


@dataclass
class County:
    """Who and what the registers share; `scale` is 1 for eleven million rows."""

    scale: float

    def __post_init__(self):
        self.rng = np.random.default_rng(20260930)

    def size(self, rows: int) -> int:
        return max(int(rows * self.scale), 20)

    @cached_property
    def firms(self) -> np.ndarray:
        bodies = (f"91{DIVISION}{n:09d}" for n in range(self.size(100_000)))
        return np.array([b + uscc_check_digit(b) for b in bodies], dtype=object)

    @cached_property
    def persons(self) -> np.ndarray:
        bodies = [
            f"{DIVISION}{1940 + n % 66}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}"
            for n in range(self.size(300_000))
        ]
        codes = [b + resident_check_digit(b) for b in dict.fromkeys(bodies)]
        return np.array(codes, dtype=object)

    @cached_property
    def insured(self) -> np.ndarray:
        return self.persons[: self.size(125_000)]

    @cached_property
    def pharmacies(self) -> np.ndarray:
        return self.first(self.firms, self.size(2_000), 40_000)

    @cached_property
    def employers(self) -> np.ndarray:
        """The firm of each insured person; the first are the pharmacists."""
        firms = self.some(self.firms, len(self.insured))
        staffed = self.but(0.01, self.pharmacies, self.firms[0], len(self.pharmacies))
        firms[: len(staffed)] = staffed
        return firms

    def some(self, values: np.ndarray, rows: int) -> np.ndarray:
        """Return any values, each as often as chance has it."""
        return values[self.rng.integers(0, len(values), rows)]

    def first(self, values: np.ndarray, rows: int, start: int = 0) -> np.ndarray:
        """Return so many values in turn."""
        return values[(start + np.arange(rows)) % len(values)]

    def days(self, rows: int, first: str, last: str) -> np.ndarray:
        start, end = np.datetime64(first), np.datetime64(last)
        return start + self.rng.integers(0, (end - start).astype(int) + 1, rows)

    def amounts(self, rows: int, middle: float) -> np.ndarray:
        return np.round(middle * np.exp(self.rng.normal(0, 0.5, rows)), 2)

    def but(self, share: float, usual: Any, odd: Any, rows: int) -> np.ndarray:
        """Return the usual value in most rows, the odd one in a share of them."""
        return np.where(self.rng.random(rows) < share, odd, usual)

    def fill(self, dataset: Dataset, columns: Columns, needed: list[str]) -> Columns:
        """Add the columns that the models need and the register did not name."""
        rows = len(next(iter(columns.values())))
        specs = [dataset.field(name) for name in needed]
        return {
            s.name: columns[s.name] if s.name in columns else self.any(s, dataset, rows)
            for s in specs
            if s is not None and s.type != "geometry"
        }

    def any(self, field: Field, dataset: Dataset, rows: int) -> np.ndarray:
        """Return plausible values by the description of the column alone."""
        codes = {"uscc": self.firms, "resident_id": self.persons}
        if field.code in codes:
            return self.some(codes[field.code], rows)
        if field.type in ("text", "enum"):
            return self.words(field, dataset, rows)
        if field.type in ("date", "datetime"):
            return self.days(rows, "2022-01-01", "2026-09-01")
        if field.type == "number":
            return self.amounts(rows, 1_000 if field.unit == "CNY" else 100)
        return self.rng.integers(1, 2 if field.type == "boolean" else 90, rows)

    def words(self, field: Field, dataset: Dataset, rows: int) -> np.ndarray:
        if field.name in dataset.key:
            return numbered(dataset.id.upper(), np.arange(rows))
        if field.values:
            return np.full(rows, field.values[0])
        return numbered(f"示例{field.name}", self.rng.integers(0, 500, rows))


def numbered(prefix: str, numbers: np.ndarray) -> np.ndarray:
    return np.char.add(prefix, numbers.astype(str)).astype(object)


def monthly(who: np.ndarray, months: int = MONTHS) -> tuple[np.ndarray, np.ndarray]:
    """Return everyone once a month, and the first day of that month."""
    month = np.tile(np.arange(months), len(who))
    return np.repeat(who, months), (FIRST_MONTH + month).astype("datetime64[D]")


def registers(county: County) -> dict[str, Columns]:
    """Return the telling columns of every register."""
    return {
        **land(county),
        **people(county),
        **firms_and_food(county),
        **water_and_waste(county),
        **penalties(county),
        **layers(county),
    }


def land(c: County) -> dict[str, Columns]:
    n = c.size(20_000)
    contract, parcel = numbered("HT", np.arange(n)), numbered("ZD", np.arange(n))
    signed = c.days(n, "2016-01-01", "2024-01-01")
    area, far = c.amounts(n, 20_000), np.full(n, 2.0)
    price = np.round(area * 3_000, 2)
    firm = c.some(c.firms, n)
    due = np.repeat(signed + 60, 2) + np.tile([0, 120], n)
    half = np.repeat(np.round(price / 2, 2), 2)
    twice, number = np.repeat(contract, 2), np.tile([1, 2], n)
    paid = c.but(0.005, half, half / 2, 2 * n)
    permit = numbered("GH", np.arange(n))
    building = numbered("SG", np.arange(n))
    built = c.but(0.005, area * 1.9, area * 2.4, n)
    reg = c.size(150_000)
    return {
        "land_contract": {
            "contract_no": contract,
            "parcel_no": parcel,
            "grantee": numbered("示例置业有限公司", np.arange(n)),
            "uscc": firm,
            "area_m2": area,
            "use_code": np.full(n, "0701"),
            "far_max": far,
            "price_total_cny": price,
            "sign_date": signed,
            "handover_date": signed + 90,
            "start_due_date": signed + 365,
            "late_rate_per_day": np.full(n, 0.001),
        },
        "land_instalment": {
            "contract_no": twice,
            "instalment_no": number,
            "due_date": due,
            "amount_due_cny": half,
        },
        "land_payment": {
            "contract_no": twice,
            "instalment_no": number,
            "paid_date": due - c.rng.integers(0, 20, 2 * n),
            "amount_cny": np.round(paid, 2),
            "payment_kind": np.full(2 * n, "价款"),
        },
        "land_supplement": {
            "contract_no": contract[: n // 50],
            "instalment_no": np.ones(n // 50, dtype=int),
        },
        "land_collection_notice": {"contract_no": contract[: n // 100]},
        "planning_permit": {
            "permit_no": permit,
            "contract_no": contract,
            "parcel_no": parcel,
            "uscc": firm,
            "issue_date": signed + 200,
            "gfa_above_m2": area * 1.9,
        },
        "construction_permit": {
            "permit_no": building,
            "contract_no": contract,
            "uscc": firm,
            "project_name": numbered("示例项目", np.arange(n)),
            "start_date": signed + c.but(0.02, 300, 1_500, n).astype(int),
        },
        "completion": {
            "permit_no": permit,
            "accept_date": signed + 1_000,
            "gfa_above_m2": np.round(built, 2),
            "measured_site_m2": area,
        },
        "idle_case": {"contract_no": contract[: n // 50]},
        "realty_reg": {
            "cert_no": numbered("不动产", np.arange(reg)),
            "parcel_no": numbered("ZD", np.arange(reg)),
            "person_id": c.some(c.persons, reg),
            "uscc": c.first(firm, reg),
            "reg_date": c.days(reg, "2024-06-01", "2026-06-01"),
            "right_type": np.full(reg, "出让"),
        },
    }


def people(c: County) -> dict[str, Columns]:
    insured = c.insured
    person, month = monthly(insured)
    unit = np.repeat(c.employers, MONTHS)
    old = c.persons[len(insured) : len(insured) + c.size(90_000)]
    payee, paid = monthly(old)
    scheme = np.where(np.arange(len(payee)) % 3 == 0, "高龄津贴", "城乡居民养老金")
    gone, held = c.size(6_000), c.size(2_000)
    rest = c.persons[len(insured) + len(old) :]
    dead = np.concatenate([c.some(old, gone // 100), c.first(rest, gone)])
    dead = np.unique(dead.astype(str)).astype(object)
    units, homes = numbered("公房", np.arange(c.size(12_000))), c.size(12_000)
    unit_no, due = monthly(units)
    rent = np.repeat(c.amounts(homes, 300), MONTHS)
    return {
        "social_insurance": {
            "person_id": person,
            "unit_uscc": unit,
            "month_date": month,
        },
        "benefit_payment": {
            "scheme": scheme,
            "person_id": payee,
            "month_date": paid,
            "amount_cny": np.full(len(payee), 200.0),
            "adjust_cny": np.zeros(len(payee)),
        },
        "death": {
            "person_id": dead,
            "death_date": c.days(len(dead), "2024-01-01", "2026-08-01"),
            "death_source": np.full(len(dead), "火化"),
        },
        "custody": {
            "person_id": np.concatenate([c.some(old, held // 50), c.first(rest, held)]),
            "status": np.full(held + held // 50, "服刑"),
            "start_date": c.days(held + held // 50, "2024-01-01", "2025-06-01"),
            "end_date": c.days(held + held // 50, "2026-01-01", "2029-06-01"),
        },
        "conviction": {
            "person_id": c.first(rest, held),
            "charge": np.full(held, "生产、销售不符合安全标准的食品罪"),
            "sentence": np.full(held, "有期徒刑"),
        },
        "health_cert": {
            "person_id": insured[: c.size(60_000)],
            "end_date": np.full(len(insured[: c.size(60_000)]), TODAY + 100),
        },
        "public_housing": {
            "unit_no": units,
            "tenant_id": c.some(c.persons, homes),
            "start_date": np.full(homes, np.datetime64("2022-01-01")),
            "end_date": np.full(homes, np.datetime64("2027-12-31")),
            "area_m2": np.full(homes, 55.0),
        },
        "rent_ledger": {
            "unit_no": unit_no,
            "month_date": due,
            "due_cny": rent,
            "paid_cny": c.but(0.001, rent, 0, len(rent)),
        },
    }


def firms_and_food(c: County) -> dict[str, Columns]:
    n, shops = len(c.firms), c.size(30_000)
    licences = numbered("JY", np.arange(shops))
    kept = c.but(0.01, TODAY + 400, TODAY - 100, shops).astype("datetime64[D]")
    stores = len(c.pharmacies)
    sales = c.size(1_400_000)
    reports = c.size(60_000)
    tested = c.size(3_000)
    facility = numbered("SS", np.arange(tested))
    done = np.repeat(facility, 4)
    schools = c.size(4_000)
    return {
        "registration": {
            "uscc": c.firms,
            "org_name": numbered("示例商贸有限公司", np.arange(n)),
            "rep_id": c.some(c.persons, n),
            "business_scope": c.but(0.01, "日用品销售", "餐饮服务", n),
            "status": np.full(n, "存续"),
            "addr": numbered("示例区示例路", np.arange(n)),
        },
        "food_licence": {
            "licence_no": licences,
            "uscc": c.first(c.firms, shops),
            "end_date": kept,
            "items": np.full(shops, "热食类食品制售"),
            "manager_id": c.some(c.persons, shops),
            "status": np.full(shops, "有效"),
            "addr": numbered("示例区示例路", np.arange(shops)),
        },
        "platform_shop": {
            "shop_id": numbered("WD", np.arange(shops // 3)),
            "shop_name": numbered("示例小吃", np.arange(shops // 3)),
            "licence_no": licences[: shops // 3],
            "addr": numbered("示例区示例路", np.arange(shops // 3)),
            "last_order_date": np.full(shops // 3, TODAY - 3),
            "orders_30d": c.rng.integers(1, 900, shops // 3),
        },
        "sampling": {
            "report_no": numbered("CJ", np.arange(reports)),
            "result": c.but(0.01, "合格", "不合格", reports),
        },
        "canteen_supply": {
            "school": numbered("示例学校", np.arange(schools)),
            "supplier_uscc": c.first(c.firms, schools),
            "start_date": np.full(schools, np.datetime64("2025-09-01")),
            "end_date": np.full(schools, np.datetime64("2027-08-31")),
        },
        "pharmacy": {
            "licence_no": numbered("YD", np.arange(stores)),
            "uscc": c.pharmacies,
            "end_date": np.full(stores, TODAY + 500),
        },
        "pharmacist": {
            "reg_no": numbered("YS", np.arange(stores)),
            "person_id": c.insured[:stores],
            "unit_uscc": c.pharmacies,
            "end_date": np.full(stores, TODAY + 500),
        },
        "drug_sale": {
            "uscc": c.first(c.pharmacies, sales),
            "sale_ts": c.days(sales, "2026-01-01", "2026-09-29").astype(
                "datetime64[s]"
            ),
        },
        "sws_facility": {
            "facility_no": facility,
            "community": numbered("示例小区第", np.arange(tested)),
        },
        "sws_test": {
            "facility_no": done,
            "done_date": np.tile(TODAY - np.array([30, 40, 200, 210]), tested),
            "test_kind": np.tile(["清洗消毒", "水质检测"] * 2, tested),
            "result": c.but(0.005, "合格", "不合格", 4 * tested),
        },
        "rural_water_plant": {"facility_no": facility[: tested // 4]},
        "water_correction": {"facility_no": facility[: tested // 20]},
        "complaint": {"ticket_no": numbered("12345-", np.arange(c.size(5_000)))},
    }


def water_and_waste(c: County) -> dict[str, Columns]:
    meters = c.size(60_000)
    account, month = monthly(numbered("DB", np.arange(meters)))
    taps, flow_month = monthly(numbered("SB", np.arange(c.size(30_000))))
    sewers = c.size(350)
    days = 730
    outlets = np.repeat(c.first(c.firms, sewers), days * 4)
    watched = np.tile(np.repeat(TODAY - np.arange(days), 4), sewers)
    rows = sewers * days * 4
    value = np.round(c.rng.gamma(4, 6, rows), 2)
    users, makers = c.size(1_500), c.size(3_000)
    loads = c.size(120_000)
    quarters = np.datetime64("2025-01-01") + np.array([0, 90, 181, 273])
    sites = c.size(30_000)
    made_by = np.repeat(c.first(c.firms, makers), 4)
    return {
        "power_account": {
            "account_no": numbered("DB", np.arange(meters)),
            "uscc": c.first(c.firms, meters),
            "tariff_class": np.full(meters, "大工业用电"),
        },
        "power_month": {
            "account_no": account,
            "uscc": np.repeat(c.first(c.firms, meters), MONTHS),
            "month_date": month,
            "energy_kwh": np.round(c.rng.gamma(5, 900, len(account)), 1),
        },
        "water_month": {
            "account_no": taps,
            "uscc": np.repeat(c.first(c.firms, c.size(30_000)), MONTHS),
            "month_date": flow_month,
            "volume_m3": np.round(c.rng.gamma(5, 9, len(taps)), 1),
        },
        "monitor_daily": {
            "uscc": outlets,
            "outlet": np.full(rows, "DW001"),
            "monitor_date": watched,
            "pollutant": np.tile(["化学需氧量", "氨氮", "总磷", "总氮"], rows // 4),
            "value_mg_l": value,
            "limit_mg_l": np.full(rows, 120.0),
            "flag": np.full(rows, ""),
        },
        "pollution_permit": {
            "permit_no": numbered("PW", np.arange(users)),
            "uscc": c.first(c.firms, users),
            "start_date": np.full(users, np.datetime64("2022-01-01")),
            "end_date": c.but(0.02, TODAY + 300, TODAY - 300, users).astype("M8[D]"),
            "status": np.full(users, "有效"),
        },
        "pollution_registration": {
            "receipt_no": numbered("DJ", np.arange(users)),
            "uscc": c.first(c.firms, users, users),
            "end_date": np.full(users, TODAY + 300),
        },
        "oil_purchase": {
            "uscc": c.first(c.firms, users),
            "qty_l": np.full(users, 500.0),
        },
        "hw_generation": {
            "uscc": c.first(c.firms, users),
            "year": np.full(users, 2025),
            "hw_code": np.full(users, "900-214-08"),
            "qty_t": np.full(users, 5.0),
        },
        "hw_manifest": {
            "manifest_no": numbered("LD", np.arange(loads)),
            "from_uscc": c.first(c.firms, loads),
            "hw_code": np.full(loads, "900-214-08"),
            "qty_t": np.full(loads, 0.4),
            "transfer_date": c.days(loads, "2025-01-01", "2025-12-31"),
        },
        "production": {
            "uscc": made_by,
            "period_date": np.tile(quarters, makers),
            "product": np.full(4 * makers, "啤酒"),
            "qty": c.amounts(4 * makers, 1_000),
            "qty_unit": np.full(4 * makers, "kL"),
        },
        "tax_water": {
            "uscc": made_by,
            "period_date": np.tile(quarters, makers),
            "volume_m3": c.amounts(4 * makers, 6_000),
        },
        "quota": {
            "industry": np.full(1, "酒的制造"),
            "product": np.full(1, "啤酒"),
            "quota_low": np.full(1, 5.0),
            "quota_unit": np.full(1, "m3/kL"),
        },
        "water_permit": {
            "permit_no": numbered("QS", np.arange(makers)),
            "uscc": c.first(c.firms, makers),
            "cap_m3_per_year": np.full(makers, 900_000.0),
            "start_date": np.full(makers, np.datetime64("2022-01-01")),
            "end_date": np.full(makers, TODAY + 400),
        },
        "water_device": {"uscc": c.first(c.firms, makers)},
        "farm": {"farm_no": numbered("YZ", np.arange(makers))},
        "business_site": {"uscc": c.first(c.firms, sites)},
        "drainage_permit": {
            "permit_no": numbered("PS", np.arange(sites)),
            "uscc": c.first(c.firms, sites),
            "end_date": np.full(sites, TODAY + 400),
            "status": np.full(sites, "有效"),
            "addr": numbered("示例区示例路", np.arange(sites)),
        },
        "drainage_retrofit": {"uscc": c.first(c.firms, sites // 50)},
    }


def penalties(c: County) -> dict[str, Columns]:
    n, cases = c.size(30_000), c.size(8_000)
    doc = numbered("示罚", np.arange(n))
    decided = c.days(n, "2022-01-01", "2026-06-01")
    area = c.amounts(cases, 8_000)
    name = numbered("示例工程", np.arange(cases))
    return {
        "penalty": {
            "doc_no": doc,
            "fact": np.full(n, "经营不符合食品安全标准的食品"),
            "measures": np.full(n, "罚款"),
            "agency": np.full(n, "示例区市场监督管理局"),
            "decision_date": decided,
            "executed_date": decided + 30,
        },
        "court_ruling": {
            "case_no": numbered("行审", np.arange(cases)),
            "doc_no": doc[:cases],
            "result": np.full(cases, "准予"),
        },
        "suggestion": {"doc_no": numbered("检建", np.arange(c.size(500)))},
        "cad_case": {
            "permit_no": numbered("GH", np.arange(cases)),
            "required_m2": area,
            "built_m2": c.but(0.02, area, 0, cases),
            "due_cny": np.zeros(cases),
        },
        "project_register": {
            "project_code": numbered("XM", np.arange(cases)),
            "uscc": c.first(c.firms, cases),
            "project_name": name,
            "land_area_m2": area,
        },
        "swc_plan": {
            "project_name": name,
            "uscc": c.first(c.firms, cases),
            "approve_date": np.full(cases, np.datetime64("2021-06-01")),
            "due_cny": area,
            "paid_cny": c.but(0.01, area, 0, cases),
            "paid_date": np.full(cases, np.datetime64("2022-02-01")),
        },
        "tax_farmland": {"approval_no": numbered("PW", np.arange(cases))},
        "mine_restoration": {"licence_no": numbered("CK", np.arange(c.size(200)))},
    }


def layers(c: County) -> dict[str, Columns]:
    """Return layers by their keys; places are given when they are written."""
    sizes = {
        "parcel": 4_000,
        "pbf": 4_000,
        "forest_patch": 2_000,
        "lulc_patch": 4_000,
        "land_approval": 1_000,
        "temp_land": 500,
        "penalty_site": 300,
        "mining_right": 200,
        "outfall": 300,
        "forest_approval": 200,
        "hazard_treatment": 20,
        "rectification_site": 200,
        "river_mgmt": 20,
        "sewer_area": 50,
        "water_zone": 20,
    }
    first = {"parcel": ("parcel_no", "ZD"), "penalty_site": ("doc_no", "示罚")}
    first |= {"mining_right": ("licence_no", "CK")}
    found: dict[str, Columns] = {}
    for name, size in sizes.items():
        numbers = np.arange(max(c.size(size), 20))
        column, prefix = first.get(name, (DATASETS[name].columns[0], name.upper()))
        found[name] = {column: numbered(prefix, numbers)}
    found["rectification_site"]["site_no"] = found["rectification_site"]["doc_no"]
    return found


def write_table(path: Path, dataset: Dataset, columns: Columns, rng):
    """Write a table under the headers of an export, points as two coordinates."""
    named = {header(dataset.field(n), short=False): v for n, v in columns.items()}
    if dataset.has_geometry:
        rows = len(next(iter(columns.values())))
        named["经度"] = np.round(rng.uniform(119.2, 119.29, rows), 6)
        named["纬度"] = np.round(rng.uniform(30.0, 30.09, rows), 6)
    pq.write_table(pa.table(named), path)


def write_layer(path: Path, dataset: Dataset, columns: Columns, rng):
    """Write patches of about a hectare; points where the layer holds points."""
    named = {header(dataset.field(n), short=False): v for n, v in columns.items()}
    shapes = patches(len(next(iter(columns.values()))), rng)
    place = next(f for f in dataset.fields if f.type == "geometry")
    frame = gpd.GeoDataFrame(named, geometry=shapes, crs="EPSG:4490")
    if place.geom == "point":
        frame = frame.set_geometry(gpd.points_from_xy(*centres(shapes)), crs=frame.crs)
    frame.to_file(path)


def centres(shapes) -> tuple[np.ndarray, np.ndarray]:
    corners = np.array([shape.bounds for shape in shapes])
    return corners[:, [0, 2]].mean(axis=1), corners[:, [1, 3]].mean(axis=1)


def write_picture(path: Path, changed: np.ndarray, rng):
    """Write a green county with squares of bare soil at these pixels."""
    pixels = np.empty((len(GREEN), SIDE, SIDE), dtype=np.uint16)
    for band, value in enumerate(GREEN):
        pixels[band] = np.clip(rng.normal(value, 25, (SIDE, SIDE)), 1, None)
    for row, column in changed:
        square = pixels[:, row : row + 8, column : column + 8]
        square[:] = np.reshape(SOIL, (-1, 1, 1))
    facts = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": len(GREEN)}
    place = from_origin(*CORNER, PIXEL, PIXEL)
    with rasterio.open(
        path, "w", **facts, dtype="uint16", crs="EPSG:4549", transform=place
    ) as file:
        file.write(pixels)
