"""Which row below a table begins another one that no data set knows."""

import pytest

from pil_discovery.records.strange_headers import is_strange

TABLE = [
    ["编号", "名称", "面积", "金额"],
    ["1号", "甲", "1000", "5"],
    ["2号", "乙", 2, 6],
]
GAP = ["", None, "", ""]
BELOW = ["一科", "张某", "12", "3"]


@pytest.mark.parametrize(
    ("rows", "strange"),
    [
        ([GAP, ["部门", "负责人", "电话", ""], ["一科", "张某", "123", ""]], True),
        ([GAP, ["部门", "负责人", "电话", "人数"], BELOW], True),
        ([GAP, ["部门", "负责人", "电话", ""], BELOW], False),  # all columns below
        ([GAP, ["部门", "负责人", "电话", ""]], False),  # nothing below
        ([GAP, ["部门", "负责人", "电话", ""], GAP], False),
        ([["丙号", "丙", "待定", ""], BELOW], False),  # no gap
        ([GAP, ["丙号", "丙", "待定", "待定"], BELOW], False),  # one word twice
        ([GAP, ["丙3号", "丙", "待定", ""], ["4号", "丁", "1", ""]], False),
        ([GAP, ["丙号", "丙", "暂无", ""], ["丁号", "丁", "无", ""]], False),
        ([GAP, ["部门", "负责人", "", ""], ["一科", "张某", "", ""]], False),
        ([GAP, ["附表"], ["部门", "负责人", "电话", "人数"], BELOW], True),
    ],
)
def test_a_header_is_told_from_a_record_whose_numbers_are_to_come(rows, strange):
    whole = [*TABLE, *rows]
    position = len(TABLE) + (2 if rows[1:] and len(rows[1]) == 1 else rows[0] is GAP)
    assert is_strange(whole, position, 0) is strange
