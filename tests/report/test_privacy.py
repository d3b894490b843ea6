import pytest

from pil_discovery.report.privacy import mask_sentence, mask_sentences


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("身份证990302199001011234。", "身份证990*************34。"),
        ("99030219900101123X", "990*************3X"),
        ("电话13800001111，", "电话138******11，"),
    ],
)
def test_identifiers_of_persons_are_masked(said, left):
    assert mask_sentence(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "合同HT-13800001111",
        "金额13800001111.00元",
        "代码919903020000000012",
        "编号13800001111222",
        "哈希ab13800001111",
    ],
)
def test_other_numbers_stay(said):
    assert mask_sentence(said) == said


def test_only_fields_that_hold_words_are_touched():
    record = {"key": {"phone": "13800001111"}, "reasons": ("电话13800001111",)}
    masked = mask_sentences(record)
    assert masked == {"key": {"phone": "13800001111"}, "reasons": ["电话138******11"]}
