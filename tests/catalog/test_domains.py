"""Fields of litigation are data: a local folder opens a new one with all it needs."""

from __future__ import annotations

import pytest

from pil_discovery.catalog import load_catalog, survey_catalog
from pil_discovery.errors import CatalogError
from tests.catalog.conftest import LAW, MODEL

DOMAINS = """\
domains:
  - id: relics
    title: {zh: 文物保护, en: Relics}
    mandates: {admin: [mandate.relics]}
"""
POWERS = """\
powers:
  - {id: relics.protect, title: {zh: 文物保护}, agency: 文物主管部门, basis: [lo-1]}
"""
DATASET = """\
id: relic
title: {zh: 不可移动文物}
domain: relics
holder: 文物局
kind: record
key: [relic_no]
fields:
  - {name: relic_no, aliases: [文物编号], type: text}
  - {name: value_cny, aliases: [估值], type: number, unit: CNY}
"""
FILES = {
    "procedure/domains.yaml": DOMAINS,
    "procedure/powers.yaml": POWERS,
    "datasets/relic.yaml": DATASET,
    "procedure/remedies.yaml": "protect_relic: 依法履行文物保护职责\n",
    "law/lo.yaml": LAW.replace("ex-", "lo-").replace("EX", "LO"),
    "law/topics/relics.yaml": "topics: {mandate.relics: [lo-1]}\n",
    "relics/unlisted.yaml": MODEL.replace("land/unpaid", "relics/unlisted")
    .replace("TEST-01", "LOCAL-01")
    .replace("domain: land_transfer", "domain: relics")
    .replace("contract: [contract_no, amount_cny]", "relic: [relic_no, value_cny]")
    .replace("contract_no", "relic_no")
    .replace("amount_cny", "value_cny")
    .replace("FROM contract", "FROM relic")
    .replace("land.collect", "relics.protect")
    .replace("ex-1", "lo-1")
    + "remedy: [protect_relic]\n",
}


@pytest.fixture
def local(tmp_path):
    folder = tmp_path / "本地"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def change(local, name, old, new):
    path = local / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def problems(root, local):
    return [str(p) for p in survey_catalog([local], root=root).problems]


def test_a_local_folder_brings_a_field_with_data_law_powers_and_models(root, local):
    catalog = load_catalog([local], root=root)
    assert catalog.domains["relics"].title.zh == "文物保护"
    assert catalog.datasets["relic"].columns == ("relic_no", "value_cny")
    assert "lo-1" in catalog.facts
    assert "relics.protect" in {p.id for p in catalog.powers}
    assert catalog.models["relics/unlisted"].domain == "relics"


def test_a_field_opens_its_own_routes_beside_those_that_routes_name(root, local):
    route = load_catalog([local], root=root).routes["2021"]["admin"]
    assert route.mandates == {
        "land_transfer": ("land.test",),
        "relics": ("mandate.relics",),
    }
    assert load_catalog(root=root).routes["2021"]["admin"].mandates.keys() == {
        "land_transfer"
    }


def test_a_field_that_nobody_declared_is_a_mistake_with_its_remedy(root, local):
    change(local, "relics/unlisted.yaml", "domain: relics", "domain: relic")
    (found,) = problems(root, local)
    assert found.startswith("本地/relics/unlisted.yaml：domain（第 6 行）：没有领域")
    assert "是不是「relics」？" in found
    assert "procedure/domains.yaml" in found


def test_a_data_set_of_an_undeclared_field_is_a_mistake(root, local):
    change(local, "datasets/relic.yaml", "domain: relics", "domain: relix")
    assert any("本地/datasets/relic.yaml：domain" in p for p in problems(root, local))


def test_a_mandate_that_names_no_topic_opens_nothing_and_is_told(root, local):
    change(local, "procedure/domains.yaml", "mandate.relics", "mandate.relic")
    (found,) = problems(root, local)
    assert "domains[0].mandates.admin[0]" in found
    assert "是不是「mandate.relics」" in found


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("procedure/domains.yaml", "id: relics", "id: land_transfer"),
        ("procedure/powers.yaml", "id: relics.protect", "id: land.collect"),
        ("procedure/remedies.yaml", "protect_relic", "collect"),
        ("law/lo.yaml", "id: lo-1", "id: ex-1"),
    ],
)
def test_a_local_file_does_not_silently_replace_a_built_in_entry(
    root, local, name, old, new
):
    change(local, name, old, new)
    assert any("重复" in p for p in problems(root, local))


def test_one_broken_model_hides_no_mistake_of_another(root, local):
    change(local, "relics/unlisted.yaml", "power: relics.protect", "power: relics")
    (local / "relics" / "broken.yaml").write_text("id: relics/broken\n", "utf-8")
    survey = survey_catalog([local], root=root)
    told = "\n".join(map(str, survey.problems))
    assert "没有「relics」这项职权" in told
    assert "缺少「code」" in told
    assert "relics/unlisted" in survey.documents
    with pytest.raises(CatalogError):
        load_catalog([local], root=root)


def test_a_remedy_that_nobody_worded_is_a_mistake(root, local):
    change(local, "relics/unlisted.yaml", "[protect_relic]", "[protect_relics]")
    (found,) = problems(root, local)
    assert "没有「protect_relics」这项处理措施；是不是「protect_relic」？" in found
