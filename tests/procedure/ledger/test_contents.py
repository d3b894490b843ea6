import pytest

from pil_discovery.catalog import load_case_rules, load_law, load_procedure
from pil_discovery.procedure.ledger.contents import (
    dictated_duties,
    pair_faults,
    same_name,
)


@pytest.fixture(scope="module")
def words():
    facts, topics = load_law()
    rules = load_case_rules(facts, topics, load_procedure(facts).clocks)
    return rules["2021"].private_duty


@pytest.mark.parametrize(
    "claim",
    [
        "责令示例置业有限公司三十日内缴纳土地出让价款",
        "判令行政相对人拆除违法建筑",
        "判令被告履行监管职责，督促示例砖厂复垦土地",
        "由当事人恢复湿地原状",
        "判令张三养殖场停止排放",
        "判令李四拆除房屋",
        "判令王小五在三十日内清运固体废物",
        "判令被告责成建设方复绿",
        "判令被告依法履行监管职责，由污染者承担修复费用",
        "责令其限期缴纳",
        "判令被告督促养殖户清理粪污",
    ],
)
def test_a_claim_that_dictates_private_duties_is_seen(words, claim):
    assert len(dictated_duties(claim, words, ["张三养殖场"])) == 1


@pytest.mark.parametrize(
    "claim",
    [
        "确认被告怠于履行催缴职责违法",
        "判令被告依法履行对示例置业有限公司欠缴价款的催缴职责",
        "判令被告履行责令行政相对人恢复湿地的法定职责",
        "撤销被告作出的行政处罚决定",
        "判令被告对违法厂房依法查处",
        "判令被告采取补救措施恢复湿地",
        "判令示例区水利局限期清理河道内的固体废物",
        "判令被告履行责令其限期拆除的法定职责",
        "责令被告在三十日内对责任人的违法行为依法作出处理",
        "判令被告继续履行对流域水污染的治理职责",
        "判令示例镇人民政府治理黑臭水体",
        "判令采取措施恢复湿地",
        "依法责令采取措施恢复原状、修复受损环境",
    ],
)
def test_a_claim_that_asks_for_the_agencys_own_duty_is_not(words, claim):
    assert dictated_duties(claim, words) == []


def test_items_and_claims_stand_one_to_one():
    assert pair_faults(["甲"], ["乙"], rule="x") == []
    assert pair_faults(["甲", "乙"], ["丙"], rule="规则") == [
        "规则（建议 2 项，诉讼请求 1 项）"
    ]


def test_names_are_compared_without_width_and_blanks():
    assert same_name("示例区（市）局", "示例区(市) 局")
    assert not same_name("示例区局", "示例市局")
