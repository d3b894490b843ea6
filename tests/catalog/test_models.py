from __future__ import annotations

import os

import pytest

from pil_discovery.catalog import load_catalog, load_models
from pil_discovery.catalog.files import forget
from pil_discovery.errors import CatalogError
from tests.catalog.conftest import MODEL

MODEL_DATA = "data: {contract: [contract_no, amount_cny]}"
NO_COLUMN = "数据集「contract」没有「contract」这一列"
NO_POWER = "没有「land.colect」这项职权"


def problems(root, extra=()):
    with pytest.raises(CatalogError) as caught:
        load_catalog(extra, root=root)
    return [str(p) for p in caught.value.problems]


def change(root, *pairs):
    file = root / "screening" / "land" / "unpaid.yaml"
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def test_a_model_may_name_only_what_is_known(root):
    change(
        root,
        (MODEL_DATA, "data: {contract: [contract], contrakt: []}"),
        ("basis: [ex-1]", "basis: [ex-2, ex-9]"),
        ("power: land.collect", "power: land.colect"),
        ("unit: day", "unit: dya"),
        ("measures: {amount_cny: CNY}", "measures: {amount_cny: RMB}"),
    )
    found = problems(root)
    assert [p.split("：", 1)[1] for p in found] == [
        f"data.contract[0]（第 8 行）：{NO_COLUMN}；是不是「contract_no」？",
        "data.contrakt（第 8 行）：没有数据集「contrakt」；是不是「contract」？",
        "basis[0]（第 15 行）：没有编号为「ex-2」的法条；是不是「ex-9」、「ex-1」？",
        "basis[1]（第 15 行）：「ex-9」的条文未经核实；请移到 basis_unverified",
        f"agency.power（第 14 行）：{NO_POWER}；是不是「land.collect」？",
        "measures.amount_cny（第 13 行）：不认识的单位「RMB」",
        "parameters.days.unit（第 9 行）：不认识的单位「dya」；是不是「day」？",
    ]
    assert all(p.startswith("screening/land/unpaid.yaml") for p in found)


def test_the_id_is_the_path(root):
    change(root, ("id: land/unpaid", "id: land/unpayed"))
    with pytest.raises(
        CatalogError, match=r"id（第 1 行）：应当与路径一致：land/unpaid"
    ):
        load_models(root=root)


def test_codes_are_unique(root):
    second = root / "screening" / "land" / "again.yaml"
    second.write_text(MODEL.replace("land/unpaid", "land/again"), encoding="utf-8")
    with pytest.raises(
        CatalogError, match=r"「TEST-01」已由 screening/land/again\.yaml 使用"
    ):
        load_models(root=root)


def test_local_models_have_ids_relative_to_their_folder(root, tmp_path):
    local = tmp_path / "本地"
    local.mkdir()
    text = MODEL.replace("land/unpaid", "mine").replace("TEST-01", "LOCAL-1")
    (local / "mine.yaml").write_text(text, encoding="utf-8")
    assert list(load_models([local], root=root)) == ["land/unpaid", "mine"]


def test_a_missing_local_folder_is_a_problem(root, tmp_path):
    assert problems(root, [tmp_path / "none"]) == [
        f"{tmp_path / 'none'}：没有这个模型文件夹"
    ]


def test_pictures_have_bands_for_columns(root):
    image = (root / "datasets" / "land" / "contract.yaml").read_text(encoding="utf-8")
    image = image.replace("id: contract", "id: image").replace("contract_no", "bands")
    image = image.replace("type: text", "type: text, values: [red, nir]")
    (root / "datasets" / "land" / "image.yaml").write_text(image, encoding="utf-8")
    change(root, ("data: {", "data: {image: [red, nir, swir9], "))
    (problem,) = problems(root)
    assert "数据集「image」没有「swir9」这一列" in problem


def test_the_shipped_models_are_sound():
    models = load_catalog().models
    assert list(models) == sorted(models)


LOCAL = MODEL.replace("id: land/unpaid", "id: land/own").replace("TEST-01", "OWN-01")


@pytest.fixture
def local(tmp_path):
    file = tmp_path / "local" / "land" / "own.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(LOCAL, encoding="utf-8")
    return file


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_links_in_a_local_folder_are_refused(root, local, tmp_path):
    outside = tmp_path / "secret.yaml"
    outside.write_text("canary", encoding="utf-8")
    (local.parent / "evil.yaml").symlink_to(outside)
    (local.parents[1] / "elsewhere").symlink_to(tmp_path)
    assert problems(root, [local.parents[1]]) == [
        "local/elsewhere：是链接，只能用文件夹内的真实文件；请换成文件本身",
        "local/land/evil.yaml：是链接，只能用文件夹内的真实文件；请换成文件本身",
    ]


def test_a_file_under_another_ending_is_told_and_not_left_out(root, local):
    assert load_models([local.parents[1]], root=root).keys() >= {"land/own"}
    forget()
    local.rename(local.with_suffix(".yml"))
    (found,) = problems(root, [local.parents[1]])
    assert found == "local/land/own.yml：扩展名不是 .yaml，没有读取；请改名为 .yaml"


@pytest.mark.parametrize(("floor", "cap"), [(10, 10), (100, 10), (0, 10), (-1, 10)])
def test_anchors_hold_something_between_them(root, floor, cap):
    harm = f"harm: [{{measure: amount_cny, floor: {floor}, cap: {cap}}}]\n"
    change(
        root, ("measures: {amount_cny: CNY}\n", "measures: {amount_cny: CNY}\n" + harm)
    )
    (found,) = problems(root)
    assert f"下限 {floor} 应当大于零并小于上限 {cap}" in found
    assert "harm[0]（第 " in found


def test_a_code_is_short_and_plain(root, local):
    text = local.read_text(encoding="utf-8")
    for code in ("<b>", "a b", "x" * 25):
        local.write_text(text.replace("OWN-01", f'"{code}"'), encoding="utf-8")
        (found,) = problems(root, [local.parents[1]])
        assert f"代码「{code}」只能有字母、数字和短横线" in found
        forget()


def test_mistakes_within_a_model_are_told_in_chinese(root):
    change(
        root,
        (
            "measures: {amount_cny: CNY}\n",
            "measures: {}\nharm: [{measure: nope, floor: 1, cap: 2}]\n",
        ),
    )
    (found,) = problems(root)
    assert "harm 写的不是度量（measures）：nope" in found
