import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pil_discovery as pil
from pil_discovery.errors import ArgumentError
from pil_discovery.pipeline.linking import (
    link_compatible,
    link_registers,
    party_keys,
    read_registers,
    subjects,
)
from pil_discovery.text.check_digits import uscc_check_digit

BODIES = ["91990302MA2AAAAA0", "91990302MA2AAAAB1", "91990302MA2AAAAC2"]
CODES = [body + uscc_check_digit(body) for body in BODIES]
NAMES = [
    "瓯江市示例环保科技有限公司",
    "示例环保科技（瓯江市）有限责任公司",
    "甌江市示例環保科技有限公司",
    "示例环保科技..",
    "瓯江市示例环保科技有限公司城关分公司",
    "瓯江市示倒环保科技有限公司",
    "瓯江市虚构食品有限公司",
    "嵊海市示例环保科技有限公司",
    "示例第一水泥厂",
    "示例第二水泥厂",
    "张三",
]


def linked(left, right, **columns):
    found = pil.link(pd.DataFrame(left), pd.DataFrame(right), **columns)
    return {(r.left, r.right): r for r in found.itertuples()}


def one(a, b, **columns):
    found = linked({"名称": [a]}, {"名称": [b]}, name="名称", **columns)
    return found.get((0, 0))


@pytest.mark.parametrize("other", NAMES[:4])
def test_spellings_of_one_firm(other):
    assert one(NAMES[0], other).decision == "same"


@pytest.mark.parametrize("other", ["瓯江市虚构食品有限公司", "嵊海市宏达建材有限公司"])
def test_a_name_without_a_counterpart_gets_none(other):
    found = one(NAMES[0], other)
    assert found is None or found.decision == "different"


def test_a_branch_is_another_subject_but_connected():
    found = one(NAMES[0], NAMES[4])
    assert found.decision == "different"
    assert "分支机构" in found.reason


def test_figures_never_decide_for_one_subject():
    assert one("示例第一水泥厂", "示例第二水泥厂").decision != "same"


def test_two_people_of_one_name_are_for_a_person_to_look_at():
    assert one("张三", "张三").decision == "review"


def test_one_code_is_enough_and_two_codes_are_a_veto():
    left = {"n": [NAMES[0]] * 2, "c": [CODES[0], CODES[1]]}
    right = {"n": [NAMES[0], "虚构食品有限公司"], "c": [f"{CODES[0]}001P", CODES[1]]}
    found = linked(left, right, name="n", code="c")
    assert found[0, 0].decision == "same"
    assert found[1, 1].decision == "same"
    assert "名称不同" in found[1, 1].reason
    assert found[1, 0].decision == "different"
    assert "代码不同" in found[1, 0].reason
    assert not any(code in r.reason for r in found.values() for code in CODES)


def test_every_pair_is_counted():
    left = pd.DataFrame({"n": [NAMES[0], NAMES[6]], "c": [CODES[0], ""]})
    right = pd.DataFrame({"n": [NAMES[0], NAMES[1], "某"], "c": [CODES[1], "", ""]})
    counts = pil.link(left, right, name="n", code="c").attrs["counts"]
    assert counts["vetoed"] == 1
    assert counts["compared"] >= 2
    assert counts["compared"] + counts["blocked"] == 6
    alone = pil.link(left, name="n").attrs["counts"]
    assert alone["compared"] + alone["blocked"] == 1


def test_a_name_that_fits_two_subjects_is_for_a_person_to_look_at():
    towns = ["瓯江市示例环保科技有限公司", "嵊海市示例环保科技有限公司"]
    bare = "示例环保科技有限公司"
    found = linked({"n": [bare]}, {"n": towns}, name="n")
    assert [found[0, at].decision for at in (0, 1)] == ["review", "review"]
    assert "另有单位" in found[0, 0].reason
    placed = linked(
        {"n": [bare], "r": ["990302"]},
        {"n": towns, "r": ["990302", "990481"]},
        name="n",
        region="r",
    )
    assert placed[0, 0].decision == "same"


def test_a_code_that_fails_its_check_is_no_key():
    wrong = CODES[0][:-1] + ("0" if CODES[0][-1] != "0" else "1")
    left, right = {"n": [NAMES[0]], "c": [wrong]}, {"n": ["虚构食品厂"], "c": [wrong]}
    assert linked(left, right, name="n", code="c") == {}


def test_an_organisation_code_is_that_inside_a_credit_code():
    left = {"n": ["示例甲厂"], "c": ["91990302D2143569XA"]}
    body = "91990302D2143569X"
    left["c"] = [body + uscc_check_digit(body)]
    right = {"n": ["虚构乙店"], "c": ["D2143569-X"]}
    assert linked(left, right, name="n", code="c")[0, 0].decision == "same"


def test_a_former_name_links():
    assert (
        one("虚构食品有限公司（原示例酒业有限公司）", "示例酒业有限公司").decision
        == "same"
    )


def test_further_columns_shift_the_verdict():
    table = {"n": ["示例环保科技公司"], "r": ["990302"], "p": ["甲"]}
    near = linked(
        table, table | {"n": ["示倒环保科技公司"]}, name="n", region="r", extra=["p"]
    )
    other = {"n": ["示倒环保科技公司"], "r": ["990481"], "p": ["乙"]}
    far = linked(table, other, name="n", region="r", extra=["p"])
    plain = linked(table, other, name="n")
    assert near[0, 0].probability > plain[0, 0].probability
    assert (0, 0) not in far or far[0, 0].probability < plain[0, 0].probability


def test_one_register_has_pairs_in_order_of_rows():
    frame = pd.DataFrame(
        {"n": [NAMES[6], NAMES[0], None, NAMES[1]]}, index=list("abcd")
    )
    found = pil.link(frame, name="n")
    assert found[["left", "right", "decision"]].to_numpy().tolist() == [
        ["b", "d", "same"]
    ]


def test_a_missing_column_is_named():
    with pytest.raises(pil.PilError, match="右表没有“名称”"):
        pil.link(
            pd.DataFrame({"名称": ["甲"]}), pd.DataFrame({"名字": ["甲"]}), name="名称"
        )


@pytest.mark.parametrize("rows", [[], [None, ""]])
def test_tables_without_names_link_nothing(rows):
    frame = pd.DataFrame({"n": pd.Series(rows, dtype=object)})
    assert pil.link(frame, frame, name="n").empty
    assert pil.link(frame, name="n").empty


def test_identity_numbers_stand_nowhere_in_clear():
    numbers = ["11010519491231002X", "440524188001010014"]
    frame = pd.DataFrame({"n": ["张三", "张三", "李四"], "c": [*numbers, numbers[0]]})
    registers = read_registers(frame, None, {"name": "n", "code": "c"})
    links = link_registers(registers)
    keys = party_keys(registers.parties, salt="盐")
    told = [*keys, *subjects(registers, links, salt="盐"), links.to_csv()]
    assert not any(number in text for number in numbers for text in told)
    assert set(keys).isdisjoint(party_keys(registers.parties))
    assert links["decision"].tolist() == ["different", "same"]


def verdicts(rows):
    frame = pd.DataFrame(rows, columns=["n", "c"])
    registers = read_registers(frame, None, {"name": "n", "code": "c"})
    links = link_registers(registers)
    keys = party_keys(registers.parties)
    pairs = zip(links["first"], links["second"], links["decision"], strict=True)
    told = sorted((*sorted((keys[a], keys[b])), decision) for a, b, decision in pairs)
    return told, dict(zip(keys, subjects(registers, links), strict=True))


ROWS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["", *CODES])),
    min_size=1,
    max_size=8,
    unique=True,
)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_links_and_subjects_do_not_depend_on_the_order(rows, random):
    moved = rows.copy()
    random.shuffle(moved)
    assert verdicts(moved) == verdicts(rows)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_no_subject_has_two_codes(rows):
    registers = read_registers(
        pd.DataFrame(rows, columns=["n", "c"]), None, {"name": "n", "code": "c"}
    )
    found = subjects(registers, link_registers(registers))
    for subject in set(found):
        codes = {c for (_, c), s in zip(rows, found, strict=True) if s == subject}
        assert len(codes - {""}) <= 1


ROW = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from([*CODES, "", "", "330302197001010009", CODES[0][8:17], "错码"]),
    st.sampled_from(["", "瓯江市示例路1号", "瓯江市虚构路2号"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=9), st.lists(ROW, min_size=1, max_size=9))
def test_rows_that_no_codes_contradict_are_linked_as_ever(left, right):
    tables = [pd.DataFrame(rows, columns=["n", "c", "a"]) for rows in (left, right)]
    columns = {"name": "n", "code": "c", "address": "a"}
    every = pil.link(*tables, **columns)
    wanted = every[every["decision"] != "different"].reset_index(drop=True)
    found = link_compatible(*tables, columns)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def crowd(size, *, coded, first=0):
    bodies = [f"91990302MA{n:07d}" for n in range(first, first + size)]
    codes = [body + uscc_check_digit(body) if coded else "" for body in bodies]
    names = [f"示例商贸有限公司{n}" for n in range(size)]
    return pd.DataFrame({"n": names, "c": codes})


def test_one_name_borne_by_thousands_with_codes_makes_no_pairs_by_the_square():
    left, right = crowd(3000, coded=True), crowd(3000, coded=True, first=1500)
    found = link_compatible(left, right, {"name": "n", "code": "c"})
    assert found[["left", "right"]].to_numpy().tolist() == [
        [n, n - 1500] for n in range(1500, 3000)
    ]
    assert found.attrs["counts"]["compared"] == 1500


def test_one_name_borne_by_thousands_without_codes_is_refused_in_words():
    left, right = crowd(7100, coded=False), crowd(7100, coded=False)
    with pytest.raises(
        ArgumentError, match=r"次的上限；最多的是“示例商贸”.*社会信用代码"
    ):
        pil.link(left, right, name="n")
