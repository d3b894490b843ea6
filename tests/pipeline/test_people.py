"""People by many columns: generated persons, written twice with slips."""

import random

import pandas as pd
import pytest

import pil_discovery as pil
from pil_discovery.text.check_digits import resident_check_digit

splink = pytest.importorskip("splink", reason="没有安装 splink")

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志红文海燕"
STREETS = [
    "示例一路",
    "示例二路",
    "滨河路",
    "城关街",
    "学院路",
    "环城东路",
    "人民路",
    "解放街",
    "中山路",
    "公园路",
]
COLUMNS = {
    "姓名": ("name", "name"),
    "出生日期": ("birth", "date"),
    "住址": ("home", "address"),
    "电话": ("phone", "number"),
    "性别": ("sex", "other"),
}


def people(count, seed=3):
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        length = draw.choice([1, 2, 2])
        name = draw.choice(SURNAMES) + "".join(draw.choices(GIVEN, k=length))
        day = f"{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        birth = f"{draw.randint(1940, 2005)}-{day}"
        home = f"{draw.choice(STREETS)}{draw.randint(1, 300)}号{draw.randint(1, 20)}室"
        phone = f"13{draw.randrange(10**9):09}"
        rows.append([name, birth, home, phone, draw.choice("男女")])
    return pd.DataFrame(rows, columns=["name", "birth", "home", "phone", "sex"])


def written_again(frame, seed=4):
    """Each person anew: slips, a new address, no telephone, in another order."""
    draw = random.Random(seed)
    again = frame.copy()
    kept = ["name", "birth", "home", "phone"]
    for row in range(len(again)):
        for column in draw.sample(kept, k=draw.choice([0, 1, 1, 2])):
            text = again.loc[row, column]
            if column == "phone" and draw.random() < 0.5:
                again.loc[row, column] = None
            elif column == "home" and draw.random() < 0.5:
                again.loc[row, column] = (
                    f"{draw.choice(STREETS)}{draw.randint(1, 300)}号"
                )
            else:
                at = draw.randrange(len(text))
                other = draw.choice(GIVEN if column == "name" else "0123456789")
                again.loc[row, column] = text[:at] + other + text[at + 1 :]
    return again.sample(frac=1, random_state=seed)


@pytest.fixture(scope="module")
def tables():
    whole = people(1000)
    later = written_again(whole[300:].reset_index(drop=True))
    return whole[:700], later.rename(index=lambda n: n + 300)


@pytest.fixture(scope="module")
def links(tables):
    return pil.link_people(*tables, columns=COLUMNS)


def test_people_are_found_again(links):
    same = links[links["decision"] == "same"]
    hits = int((same["left"] == same["right"]).sum())
    assert 2 * hits / (len(same) + 400) >= 0.97
    assert hits / len(same) >= 0.99


def test_reasons_name_the_columns(links):
    row = links[links["decision"] == "same"].iloc[0]
    assert "相同：" in row["reason"]
    assert set(links["decision"]) <= {"same", "review", "different"}
    assert links[["left", "right"]].duplicated().sum() == 0


def test_one_table_is_searched_for_duplicates_with_the_same_answer_every_time():
    whole = people(400, seed=8)
    doubled = pd.concat([whole, written_again(whole[:100], seed=9)], ignore_index=True)
    found = pil.link_people(doubled, columns=COLUMNS)
    pd.testing.assert_frame_equal(pil.link_people(doubled, columns=COLUMNS), found)
    same = found[found["decision"] == "same"]
    assert len(same) >= 85
    assert (same["left"] < same["right"]).all()


def number(sequence):
    body = f"99030219850101{sequence:03}"
    return body + resident_check_digit(body)


def test_identity_numbers_decide(tables):
    left, right = (table.copy() for table in tables)
    left["id"], right["id"] = None, None
    left.loc[500, "id"], right.loc[500, "id"] = number(1), number(2)
    left.loc[501, "id"], right.loc[501, "id"] = number(3), number(3)
    found = pil.link_people(left, right, columns=COLUMNS, code="id")
    told = found.set_index(["left", "right"])
    assert told.loc[(500, 500), "decision"] == "different"
    assert told.loc[(501, 501), "probability"] == 0.9999
    assert not found["reason"].str.contains(r"\d{15}").any()


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"姓名": ("name", "name")}, "至少要三列"),
        ({**COLUMNS, "民族": ("folk", "other")}, "左表没有“folk”"),
        ({**COLUMNS, "性别": ("sex", "gender")}, "不认识的列类型：gender"),
    ],
)
def test_what_cannot_be_compared_is_said(tables, columns, word):
    with pytest.raises(pil.PilError, match=word):
        pil.link_people(*tables, columns=columns)
