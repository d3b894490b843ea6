import pandas as pd

from pil_discovery.catalog import load_catalog
from pil_discovery.pipeline.enterprises import enterprises_of

FIRST, SECOND = "91990302MA9951298Y", "91990302MA9951116T"


def test_the_register_of_entities_comes_before_all_others():
    frames = {
        "food_licence": pd.DataFrame(
            {"uscc": [FIRST, SECOND], "addr": ["示例区乙镇1号", "示例区乙镇2号"]}
        ),
        "registration": pd.DataFrame(
            {
                "uscc": [FIRST, "坏码", None],
                "addr": ["示例区甲镇1号", "示例区甲镇2号", "示例区甲镇3号"],
                "enterprise_size": ["小型", "小型", "小型"],
            }
        ),
        "penalty": pd.DataFrame({"uscc": ["91990302MA995128XY"]}),
    }
    found = enterprises_of(frames, load_catalog().datasets)
    assert found.town == {FIRST: "甲镇", SECOND: "乙镇"}
    assert found.size == {FIRST: "小型", SECOND: ""}
