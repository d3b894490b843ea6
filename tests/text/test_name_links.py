from decimal import Decimal

from pil_discovery.text.name_links import link_words, links_note
from pil_discovery.types import NameLink

JOINED = NameLink(
    name="示例甲公司",
    other="示例甲有限公司",
    decision="same",
    probability=Decimal("0.9712"),
    reason="名称主干相同",
)
OPEN = JOINED.model_copy(update={"decision": "review"})


def test_a_sentence_names_both_spellings_and_the_probability():
    told = links_note([JOINED])
    assert "“示例甲公司”与“示例甲有限公司”" in told
    assert "概率0.9712" in told
    assert "待核查" in told
    assert "probability 0.9712" in links_note([JOINED], "en")


def test_what_is_open_is_not_said_to_be_joined():
    assert "没有合并" in links_note([OPEN])
    assert "not joined" in links_note([OPEN], "en")
    assert links_note([]) == ""


def test_a_line_gives_the_reason():
    assert link_words(JOINED).endswith("概率0.9712；名称主干相同")
    assert "待人工核对" in link_words(OPEN)
