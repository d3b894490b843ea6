import doctest
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text import personal
from pil_discovery.text.personal import find_personal, is_person, unfold
from tests.bundle import planted


def kinds(text):
    return [f.kind for f in find_personal(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("身份证１３８０００", None),
        ("电话1380000 1234", "phone"),
        ("一三八〇〇〇〇一二三四", "phone"),
        ("手机1\u200b3\u200b800001234", "phone"),
        ("（0577）88880000", "phone"),
        ("0577-88880000", "phone"),
        ("浙C·12345", "plate"),
        ("浙 a d 1 2 3 4 5", "plate"),
        ("示例区示例镇幸福路12号3幢2单元501室", "address"),
        ("家住示例区示例镇示例村", "address"),
        ("联系人张三丰。", "name"),
        ("法定代表人：欧阳明", "name"),
        ("举报人：李四", "tip"),
        ("a.b@示例.cn", None),
        ("a.b@example.cn", "mail"),
        ("land/unpaid-price@1.0.1", None),
        # what must stay readable
        ("逾期578日，尚欠1234.57万元", None),
        ("合同编号HT-2025-0012", None),
        ("2025年3月1日至2026年9月30日", None),
        ("120.6534112，28.0012345", None),
        ("91990302MA9951298Y", None),
        ("面积12345678901.25平方米", None),
        ("示例区示范街道12号地块", None),
        ("ab" * 32, None),
        ("13" * 32, None),
    ],
)
def test_forms(text, kind):
    assert kinds(text) == ([] if kind is None else [kind])


@pytest.mark.parametrize("kind", ["id", "phone", "card"])
@pytest.mark.parametrize("disguise", planted.DISGUISES, ids=lambda d: d.__name__)
def test_numbers_are_known_in_every_disguise(kind, disguise):
    rng = random.Random(f"{kind}{disguise.__name__}")
    for _ in range(50):
        value = planted.KINDS[kind](rng)
        text = f"登记为{disguise(value, rng)}，另行核实"
        (found,) = find_personal(text)
        assert found.kind == kind
        assert planted.bare(found.plain) == value.casefold()


def test_a_wrong_check_digit_is_no_identity_number():
    rng, wrong = random.Random(7), 0
    for _ in range(300):
        value = planted.resident(rng)
        last = rng.choice([c for c in "0123456789X" if c != value[-1]])
        wrong += "id" in kinds(f"登记为{value[:-1]}{last}。")
    assert wrong == 0


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("王小明", True),
        ("欧阳 明", True),
        ("阿依古丽·买买提", True),
        ("张\u200b三", True),
        ("示例置业有限公司", False),
        ("王记小吃店", False),
        ("示例村经济合作社", False),
        ("示例区自然资源局", False),
        ("", False),
    ],
)
def test_persons_are_told_from_organisations(name, person):
    assert is_person(name) is person


@given(st.text(max_size=300))
def test_places_are_those_of_the_text(text):
    found = find_personal(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    folded = unfold(text)
    assert len(folded.text) == len(folded.places)


def test_examples():
    assert doctest.testmod(personal).failed == 0
