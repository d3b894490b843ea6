import numpy as np
import pytest

from pil_discovery.subjects.candidates import candidate_pairs
from pil_discovery.subjects.core_features import (
    CORE_FEATURES,
    PARTINGS,
    core_features,
    rival_features,
)
from pil_discovery.subjects.cores import read_cores


def pair(a, b, others=()):
    cores = read_cores([a, b, *others])
    first, second = (np.array([cores.texts.index(t)]) for t in (a, b))
    kinds, table = core_features(cores, first, second)
    return PARTINGS[kinds[0]], dict(zip(CORE_FEATURES, table[0], strict=True))


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("宏达建设", "宏达建设", "equal"),
        ("温州宏达建设", "宏达建设", "left_out_front"),
        ("宏达建设工程", "宏达建设", "left_out_end"),
        ("温州市宏达建设", "温州宏达建设", "left_out_middle"),
        ("温州宏达建设", "温州达宏建设", "swapped"),
        ("温州宏达建设", "温州洪达建设", "one_inside"),
        ("宏达建设", "洪达建设", "one_at_edge"),
        ("温州宏达建设", "杭州宏达建设", "one_at_edge"),
        ("温州宏达建设", "乐清宏达建设", "changed_front"),
        ("温州宏达建设", "温州宏达食品", "changed_end"),
        ("温州宏达建设", "温州鑫盛建设", "changed_inside"),
    ],
)
def test_where_two_cores_part(a, b, kind):
    assert pair(a, b)[0] == kind
    assert pair(b, a) == pair(a, b)


def test_what_every_name_has_tells_little():
    others = [f"瓯岚{a}{b}检具" for a in "宏鑫泰永" for b in "达盛隆昌"]
    place = pair("瓯岚宏顺检具", "宏顺检具", others)[1]["parted_most"]
    brand = pair("瓯岚宏顺检具", "瓯岚检具", others)[1]["parted_most"]
    assert place < brand


def test_figures_are_told():
    assert pair("示例第一水泥厂", "示例第二水泥厂")[1]["number_differs"]
    assert not pair("示例第一水泥厂", "示例水第一泥厂")[1]["number_differs"]


def test_candidates_do_not_depend_on_the_order():
    texts = [
        f"{p}{b}{i}"
        for p in ("瓯江", "嵊海")
        for b in "宏鑫泰永"
        for i in ("建材", "食品")
    ]
    found = []
    for order in (texts, texts[::-1]):
        cores = read_cores(order)
        every = np.ones(len(cores), dtype=bool)
        first, second = candidate_pairs(cores, every, every)
        found.append(
            [
                (cores.texts[a], cores.texts[b])
                for a, b in zip(first, second, strict=True)
            ]
        )
        assert (first < second).all()
    assert found[0] == found[1]
    assert len(found[0]) == len(set(found[0]))


def test_a_rival_as_near_leaves_no_lead():
    first, second = np.array([0, 0, 3]), np.array([1, 2, 4])
    leads = rival_features(first, second, np.array([0.9, 0.9, 0.9], dtype=np.float32))
    assert leads[:, 1].tolist() == [0, 0, 0.5]


def test_no_names_give_no_pairs():
    cores = read_cores([])
    nothing = np.zeros(0, dtype=bool)
    assert [len(side) for side in candidate_pairs(cores, nothing, nothing)] == [0, 0]
