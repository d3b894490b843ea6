from hypothesis import given
from hypothesis import strategies as st

from pil_discovery.text.layout import cut, cut_start, width_of, wrap


def test_chinese_is_two_wide():
    assert width_of("合同A1") == 6


@given(st.text(alphabet="合同，。（）abc12 _/", max_size=80), st.integers(4, 40))
def test_nothing_is_wider_than_asked_and_wrapping_loses_no_letter(text, width):
    assert width_of(cut(text, width)) <= width
    assert width_of(cut_start(text, width)) <= width
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_and_no_line_begins_with_a_closing_mark():
    lines = wrap("列 price_total_cny 的单位（万元），与其他列矛盾。", 18)
    assert "price_total_cny" in "\n".join(lines)
    assert not any(line[:1] in "，。）" for line in lines if line)
    assert cut_start("数据/很长的文件夹/合同.csv", 10) == "…/合同.csv"
