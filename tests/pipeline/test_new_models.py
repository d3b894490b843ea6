"""A new file passes its own check and its own examples, whatever it judges."""

import subprocess
import sys

import pytest

from pil_discovery.catalog import forget, load_catalog
from pil_discovery.errors import ArgumentError
from pil_discovery.pipeline.library import check_models, run_examples
from pil_discovery.pipeline.new_models import Draft, new_model
from tests.cli.test_commands import pil

PLAIN = {
    "id": "land/late",
    "code": "NEW-01",
    "title": "催缴逾期",
    "domain": "land_transfer",
    "dataset": "land_instalment",
    "key": ("contract_no", "instalment_no"),
    "column": "due_date",
    "power": "land.transfer.collect",
}


def draft(**changes):
    return Draft(**{**PLAIN, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"clears": "land_supplement"},
        {"column": "amount_due_cny", "clears": "land_supplement"},
        {"dataset": "sampling", "key": ("uscc",), "column": "result"},
        {"dataset": "outfall", "key": ("outfall_no",), "column": "outfall_type"},
        {"dataset": "registration", "key": ("uscc",), "column": "org_name"},
        {"dataset": "drug_sale", "key": ("uscc",), "column": "sale_ts"},
        {
            "dataset": "platform_shop",
            "key": ("shop_id",),
            "column": "orders_30d",
            "subject": "shop_name",
        },
    ],
    ids=lambda c: "-".join(map(str, c.values())) or "date",
)
def test_a_new_file_is_sound_from_the_start(tmp_path, changes):
    path, *_ = new_model(tmp_path, draft(**changes))
    found = check_models((tmp_path,))
    assert (found.malformed, found.faults) == ((), ())
    results = list(run_examples(["NEW-01"], (tmp_path,)))
    assert len(results) == (8 if changes.get("clears") else 6)
    assert [r.differences for r in results if not r.passed] == []
    assert path == tmp_path / "land" / "late.yaml"
    assert path.read_text("utf-8").startswith(
        "# yaml-language-server: $schema=../model.schema.json\n"
    )
    assert (tmp_path / "model.schema.json").is_file()


def test_a_new_field_and_power_are_entered_beside_the_others(tmp_path):
    first = draft(domain="heroes", power="heroes.protect")
    new_model(tmp_path, first, domain_title="英烈保护", agency="退役军人事务部门")
    second = draft(
        id="land/next", code="NEW-02", domain="minors", power="heroes.protect"
    )
    new_model(tmp_path, second, domain_title="未成年人保护")
    catalog = load_catalog((tmp_path,))
    assert catalog.domains["heroes"].title.zh == "英烈保护"
    assert catalog.domains["minors"].title.zh == "未成年人保护"
    held = [p.agency for p in catalog.powers if p.id == "heroes.protect"]
    assert held == ["退役军人事务部门"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "Late"}, "「Late」写法不对"),
        ({"id": "../late"}, "「../late」写法不对"),
        ({"code": "LAND-01"}, "「LAND-01」已经有模型使用"),
        ({"id": "land/unpaid-price"}, "已经有模型 land/unpaid-price"),
        ({"dataset": "land_instalmant"}, "是不是「land_instalment」"),
        ({"column": "due_dat"}, "是不是「due_date」"),
        ({"column": "contract_no"}, "判断的列不能也是主键"),
        ({"clears": "outfall"}, "没有可以对照的主键列"),
        ({"domain": "heroes"}, "没有领域「heroes」"),
        ({"power": "heroes.protect"}, "没有职权「heroes.protect」"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_written(tmp_path, changes, words):
    with pytest.raises(ArgumentError) as caught:
        new_model(tmp_path, draft(**changes))
    assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_all_that_does_not_fit_is_told_at_once(tmp_path):
    wrong = draft(code="LAND-01", column="due_dat", domain="heroes", power="x.y")
    with pytest.raises(ArgumentError) as caught:
        new_model(tmp_path, wrong)
    assert len(caught.value.problems) == 4


def test_a_model_that_is_there_is_not_overwritten(tmp_path):
    path, *_ = new_model(tmp_path, draft())
    path.write_text("mine", encoding="utf-8")
    forget()
    with pytest.raises(Exception, match=r"late\.yaml|已经有模型"):
        new_model(tmp_path, draft(code="NEW-03"))
    assert path.read_text("utf-8") == "mine"


def test_a_title_cannot_break_the_file(tmp_path):
    new_model(tmp_path, draft(title='甲"}\nid: x # {乙'))
    assert check_models((tmp_path,)).malformed == ()


def test_the_command_asks_for_what_is_not_given(tmp_path):
    answers = "\n".join(
        [
            "land/late",
            "NEW-01",
            "催缴逾期",
            "heroes",
            "land_instalment",
            "contract_no，instalment_no",
            "due_date",
            "",
            "",
            "heroes.protect",
            "英烈保护",
            "退役军人事务部门",
        ]
    )
    run = subprocess.run(
        [sys.executable, "-m", "pil_discovery", "models", "new", str(tmp_path)],
        input=answers + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "land" / "late.yaml").is_file()
    assert pil("models", "check", tmp_path).returncode == 0
