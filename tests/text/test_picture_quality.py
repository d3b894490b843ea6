from pil_discovery.text.picture_quality import (
    flagged_words,
    quality_line,
    quality_words,
)
from pil_discovery.types import Gate, PictureQuality

QUALITY = PictureQuality(
    verdict="refuse",
    gates={
        "shift": Gate(verdict="ok", reason="合格"),
        "season": Gate(verdict="flag", reason="跨季节"),
        "cloud": Gate(verdict="refuse", reason="有云"),
        "moon": Gate(verdict="flag", reason="满月"),
    },
)


def test_the_verdict_comes_first_and_every_gate_gives_its_reason():
    assert list(quality_words(QUALITY).items()) == [
        ("结论", "不能据以判断"),
        ("配准", "通过，合格"),
        ("季节", "提示，跨季节"),
        ("云和有效面积", "不能据以判断，有云"),
        ("moon", "提示，满月"),
    ]
    assert quality_line(QUALITY).startswith("结论：不能据以判断；配准：通过，合格；")


def test_only_flagged_gates_are_doubts():
    assert flagged_words(QUALITY) == ("季节：跨季节", "moon：满月")
