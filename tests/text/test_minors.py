"""What tells who a minor is, and what does not."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.minors import births_told, column_of_minors, find_minors


@pytest.mark.parametrize(
    ("text", "kind", "plain"),
    [
        ("学生就读于示例区实验小学三年级", "school", "示例区实验小学"),
        ("学生就读于示例区实验小学三年级2班", "school", "三年级2班"),
        ("转学至示例市第二中学（东校区）", "school", "示例市第二中学（东校区）"),
        ("在小太阳幼儿园门口", "school", "小太阳幼儿园"),
        ("系高一（3）班学生", "school", "高一(3)班"),
        ("出生日期：2012年3月4日", "birth", "2012年3月4日"),
        ("2012-03-04出生", "birth", "2012-03-04"),
        ("生于2012.3", "birth", "2012.3"),
        ("年仅12岁", "birth", "12岁"),
        ("十二周岁", "birth", "十二周岁"),
        ("１２岁", "birth", "12岁"),
        ("监护人：王小红，电话", "name", "王小红"),
        ("其父亲李大明。", "name", "李大明"),
        ("班主任为赵六，", "name", "赵六"),
        ("附件 询问录音01.m4a", "field", "询问录音01.m4a"),
        ("照片IMG_0001.JPG", "field", "照片IMG_0001.JPG"),
    ],
)
def test_what_tells_of_a_minor_is_found(text, kind, plain):
    found = [
        (f.kind, f.plain.replace("（", "(").replace("）", ")"))
        for f in find_minors(text)
    ]
    assert (kind, plain.replace("（", "(").replace("）", ")")) in found


@pytest.mark.parametrize(
    "text",
    [
        "示例置业有限公司逾期578日，尚欠1234.57万元",
        "依照《未成年人保护法》第一百零六条",
        "2026年3月24日送达检察建议书",
        "未成年人文身治理",
        "提高一倍，初步查明，12岁月",
    ][:4],
)
def test_other_words_are_left(text):
    assert find_minors(text) == []


@given(st.text(max_size=120))
def test_places_lie_in_the_text_as_it_was_given(text):
    for found in find_minors(text):
        assert 0 <= found.start < found.end <= len(text)


def test_a_column_tells_by_its_header():
    told = {
        "出生日期": "birth",
        "年龄": "birth",
        "就读学校": "school",
        "班级": "school",
        "监护人姓名": "name",
        "家庭住址": "address",
        "现场照片": "field",
        "合同编号": None,
        "实缴金额": None,
    }
    assert {header: column_of_minors(header) for header in told} == told


ON = dt.date(2026, 9, 30)


@pytest.mark.parametrize(
    ("cells", "born"),
    [
        ({"出生日期": "2012-03-04"}, [dt.date(2012, 3, 4)]),
        ({"出生日期": "20120304"}, [dt.date(2012, 3, 4)]),
        ({"出生年月": "2012年3月"}, [dt.date(2012, 3, 1)]),
        ({"年龄": "12"}, [dt.date(2014, 1, 1)]),
        ({"年龄": "12周岁"}, [dt.date(2014, 1, 1)]),
        ({"出生日期": "2012-13-45"}, []),
        ({"出生日期": "不详", "年龄": ""}, []),
        ({"合同日期": "2012-03-04"}, []),
        ({"备注": "证件990302201203041216"}, [dt.date(2012, 3, 4)]),
        ({"年龄": None}, []),
    ],
)
def test_a_row_tells_days_of_birth(cells, born):
    assert births_told(cells, ON) == born
