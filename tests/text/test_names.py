import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.names import normalise_name, parse_name


@pytest.mark.parametrize(
    "text",
    [
        "示例（城关）建设有限公司",
        "示例(城关)建设 有限公司",
        "示例〔城关〕建设有限公司\u200b",
    ],
)
def test_one_name_for_one_firm(text):
    assert normalise_name(text) == "示例(城关)建设有限公司"


def test_the_legal_form_is_taken_from_the_end_only():
    name = parse_name("有限公司路示例商贸有限责任公司")
    assert (name.core, name.form) == ("有限公司路示例商贸", "有限责任公司")


def test_a_branch_is_kept_apart():
    name = parse_name("示例建设有限公司城关分公司")
    assert (name.core, name.branch) == ("示例建设", "城关分公司")


def test_a_bare_form_keeps_its_text():
    assert parse_name("有限公司").core == "有限公司"


@pytest.mark.parametrize(
    "text",
    [
        "温州市示例环保科技有限公司",
        "示例环保科技（温州市）有限责任公司",
        "有限公司温州市示例环保科技",
        "溫州市示例環保科技有限公司(01)",
        "温州市示例环保科技..",
    ],
)
def test_one_core_for_one_firm(text):
    name = parse_name(text)
    assert (name.region, name.brand, name.industry) == ("温州市", "示例", "环保科技")


def test_places_that_no_suffix_tells_are_given():
    assert parse_name("瓯江示例建设有限公司").region == ""
    assert parse_name("瓯江示例建设有限公司", regions={"瓯江"}).region == "瓯江"
    assert parse_name("瓯江市示例建设有限公司", regions={"瓯江"}).region == "瓯江市"


@pytest.mark.parametrize("text", ["示例超市有限公司", "温馨小区物业有限公司", "红旗厂"])
def test_a_last_character_of_places_does_not_make_a_place(text):
    assert parse_name(text).region == ""


def test_a_mark_of_something_left_out_is_seen():
    assert parse_name("示例环保科技…").is_cut
    assert not parse_name("示例环保科技有限公司").is_cut


@pytest.mark.parametrize(
    "text",
    [
        "示例建设有限公司（原城关建设有限公司）",
        "示例建设有限公司,曾用名:城关建设有限公司",
    ],
)
def test_a_former_name_is_kept_beside(text):
    name = parse_name(text)
    assert (name.core, name.former) == ("示例建设", "城关建设有限公司")


def test_a_group_in_brackets_is_no_place():
    name = parse_name("示例(集团)股份有限公司")
    assert (name.core, name.region, name.form) == ("示例", "", "股份有限公司")


@given(st.text(max_size=40))
def test_any_text_is_taken_apart_and_normalising_is_idempotent(text):
    name = parse_name(text)
    assert name.core or not name.whole
    assert normalise_name(name.whole) == normalise_name(normalise_name(name.whole))


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("示例五金经营部城关分公司", "示例五金经营部"),
        ("瓯江示例五金有限公司城关营运网点", "瓯江示例五金有限公司"),
        ("瓯江示例会计师事务所城关分所", "瓯江示例会计师事务所"),
        ("瓯江示例五金商行新城直营店", "瓯江示例五金商行"),
    ],
)
def test_branches_behind_any_form_and_under_any_word(text, head):
    name = parse_name(text)
    assert name.branch
    assert name.core == parse_name(head).core


@pytest.mark.parametrize(
    "text",
    [
        "瓯江示例五金有限公司",
        "瓯江示例五金有限公司(原示例工贸有限公司)",
        "示例有限公司..",
        "瓯江示例集团有限公司",
        "瓯江示例股份有限公司",
        "瓯江市分公司大楼物业管理有限公司",
    ],
)
def test_names_that_are_no_branch(text):
    assert parse_name(text).branch == ""
