import pytest

from pil_discovery.text.towns import town_of


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("示例区示例镇甲乙路1号", "示例镇"),
        ("示例区 示例街道壬辰巷28号", "示例街道"),
        ("示例镇甲丁路3号", "示例镇"),
        ("江西省景德镇市珠山区昌江街道珠山路1号", "昌江街道"),
        ("乌鲁木齐市新市区三工街道1号", "三工街道"),
        ("内蒙古自治区鄂温克族自治旗伊敏苏木", "伊敏苏木"),
        ("示例区滨河路2402号", None),
        ("位于示例水库二级保护区内", None),
        ("街道", None),
        ("", None),
        (None, None),
    ],
)
def test_the_town_is_told_from_the_words(text, town):
    assert town_of(text) == town
