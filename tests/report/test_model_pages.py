"""The page of a model tells all that its file tells, under nine headings."""

import re

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.model_pages import page_facts, write_model_pages
from pil_discovery.report.model_pages import HEADINGS, index_page, model_page

CATALOG = load_catalog()
MODEL = CATALOG.models["land/agreed-start-passed"]


@pytest.fixture(scope="module")
def page():
    return model_page(MODEL, page_facts(MODEL, CATALOG))


def section(page, heading):
    return re.split(r"^## ", page, flags=re.MULTILINE)[1 + HEADINGS.index(heading)]


def test_the_nine_headings_stand_in_order(page):
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == list(HEADINGS)
    assert page.startswith("# 供地公示约定开工已满一年")


def test_every_part_of_the_file_is_on_the_page(page):
    told = {
        "方法": [*MODEL.data, *MODEL.clears, MODEL.steps[0].table, "约定开工时间"],
        "举例": [MODEL.examples[0].name, "示例县 示例路1号“甲”", "| 土地坐落 |"],
        "为什么值得核查": [MODEL.why, MODEL.inaction[0].zh, "50,000,000"],
        "依据": ["第二十六条（ure-26，2020-01-01起施行）", "未经核实", MODEL.basis_gap],
        "输出": [*MODEL.labels.values(), "平方米", "依法开展闲置土地调查并作出认定"],
        "参数": ["`idle_year` | 1 | 年"],
        "排除": [*(x.zh for x in MODEL.exclusions), "转复核", *MODEL.verify],
        "前提": [MODEL.data_gap, *MODEL.sources],
        "演示": ["pil models test LAND-S1", *(e.name for e in MODEL.examples)],
    }
    for heading, words in told.items():
        for word in words:
            assert word in section(page, heading), (heading, word)


def test_a_cell_stays_a_cell():
    odd = MODEL.model_copy(
        update={
            "exclusions": (
                MODEL.exclusions[0].model_copy(update={"when": "a || b\nIS NULL"}),
            )
        }
    )
    (row,) = [
        line
        for line in model_page(odd, page_facts(MODEL, CATALOG)).splitlines()
        if "IS NULL" in line and line.startswith("| 同名")
    ]
    assert row.endswith("`a \\|\\| b IS NULL` |")


def test_pages_and_index_are_written_alike_each_time(tmp_path):
    first = write_model_pages(tmp_path / "1", ["LAND-S1", "FOOD-04"])
    second = write_model_pages(tmp_path / "2", ["LAND-S1", "FOOD-04"])
    names = [p.relative_to(tmp_path / "1").as_posix() for p in first]
    assert names == [
        "index.md",
        "food/failed-sample-unpunished.md",
        "land/agreed-start-passed.md",
    ]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    for link in re.findall(r"\]\((.*?)\)", first[0].read_text("utf-8")):
        assert (tmp_path / "1" / link).is_file()


@pytest.mark.parametrize("model", CATALOG.models.values(), ids=lambda m: m.code)
def test_every_model_has_a_page(model):
    quiet = model.model_copy(update={"examples": ()})  # what is run is tested above
    page = model_page(quiet, page_facts(quiet, CATALOG))
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == list(HEADINGS)
    assert all(x.zh in page for x in model.exclusions)


def test_the_index_lists_models_by_field():
    titles = {name: d.title.zh for name, d in CATALOG.domains.items()}
    index = index_page(CATALOG.models.values(), titles)
    assert index.count("](") == len(CATALOG.models)
    assert (
        index.index("## 生态环境和资源保护")
        < index.index("ENV-01")
        < index.index("## 食品药品安全")
    )
