from __future__ import annotations

import re

import pytest

from pil_discovery.catalog import load_datasets, load_units
from pil_discovery.errors import CatalogError

SUFFIX = {
    "CNY": "_cny",
    "CNY/a": "_cny_per_year",
    "CNY/month": "_cny_per_month",
    "CNY/m2": "_cny_per_m2",
    "CNY/L": "_cny_per_l",
    "m2": "_m2",
    "m3": "_m3",
    "m3/a": "_m3_per_year",
    "kg": "_kg",
    "t": "_t",
    "t/a": "_t_per_year",
    "kWh": "_kwh",
    "L": "_l",
    "mg/L": "_mg_l",
    "m": "_m",
    "mm": "_mm",
    "deg": "_deg",
    "km/h": "_km_h",
    "1/d": "_per_day",
    "head": "_head",
    "year": "_years",
}
BARE = {"person", "bed", "visit", "order", "household", "1", None}
RESERVED = {"end", "user", "limit", "class", "order", "group", "table", "from", "to"}


def test_all_data_sets_load():
    datasets = load_datasets()
    assert len(datasets) >= 82
    assert list(datasets) == sorted(datasets)


def test_names_carry_their_units():
    for dataset in load_datasets().values():
        for field in dataset.fields:
            if field.unit in SUFFIX:
                assert field.name.endswith(SUFFIX[field.unit]), (dataset.id, field.name)
            else:
                assert field.unit in BARE, (dataset.id, field.name, field.unit)


def test_names_carry_their_types():
    for dataset in load_datasets().values():
        for field in dataset.fields:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name)
            assert field.name not in RESERVED
            if field.type == "date":
                assert field.name.endswith("_date"), (dataset.id, field.name)
            if field.type == "datetime":
                assert field.name.endswith("_ts"), (dataset.id, field.name)
            assert (field.geom is not None) == (field.type == "geometry")


def test_personal_identifiers_are_marked():
    for dataset in load_datasets().values():
        for field in dataset.fields:
            if field.name in {
                "person_id",
                "rep_id",
                "manager_id",
                "tenant_id",
                "phone",
            }:
                assert field.pii == "identifier", (dataset.id, field.name)
            if field.name in {"grantee", "party", "legal_rep", "person_name"}:
                assert field.pii == "name", (dataset.id, field.name)


def test_columns_use_known_units():
    units = load_units()
    assert units["CNY"] == "元"
    used = {f.unit for d in load_datasets().values() for f in d.fields if f.unit}
    assert used <= set(units)


def test_all_mistakes_of_all_files_at_once(root):
    folder = root / "datasets" / "land"
    sound = (folder / "contract.yaml").read_text(encoding="utf-8")
    broken = sound.replace("key: [contract_no]", "key: [contract]")
    broken = broken.replace("unit: CNY", "unit: CNT")
    (folder / "contract.yaml").write_text(broken, encoding="utf-8")
    (folder / "other.yaml").write_text(sound, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_datasets(root)
    home = "models/datasets/land"
    near = "是不是「contract_no」？"
    unit = "不认识的单位「CNT」；是不是「CNY」？"
    assert [str(p) for p in caught.value.problems] == [
        f"{home}/contract.yaml：key（第 6 行）：没有「contract」这一列；{near}",
        f"{home}/contract.yaml：fields[1].unit（第 9 行）：{unit}",
        f"{home}/other.yaml：id（第 1 行）：应当与文件名一致：other",
        f"{home}/other.yaml：id（第 1 行）：编号「contract」重复",
    ]


def test_a_column_stands_once(root):
    file = root / "datasets" / "land" / "contract.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "name: amount_cny", "name: contract_no"
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match="列「contract_no」重复"):
        load_datasets(root)


def test_a_party_names_columns_of_its_data_set(root):
    file = root / "datasets" / "land" / "contract.yaml"
    text = file.read_text(encoding="utf-8")
    parties = "parties:\n  subject: {name: contrat_no}\nfields:\n"
    file.write_text(text.replace("fields:\n", parties, 1), encoding="utf-8")
    with pytest.raises(CatalogError, match="没有「contrat_no」这一列；是不是"):
        load_datasets(root)


def test_a_party_gives_models_its_subject():
    sampling = load_datasets()["sampling"]
    assert [f.name for f in sampling.identities] == [
        "subject_id",
        "subject_code",
        "producer_subject_id",
        "producer_subject_code",
    ]
    assert "subject_id" in sampling.offered
    assert "subject_id" not in sampling.columns
