"""Company names with known counterparts: seeded, of several shapes and corruptions.

Names are made up: places, brands and industries are drawn from vocabularies of which
`vocabulary(side)` gives one of two halves, so that a model fitted on one half meets
none of its words in the other (but for the legal forms). Many words of both are in no
list of the library.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pil_discovery.text.traditional import SIMPLIFIED

PLACE_STARTS = (
    "瓯嵊岚滁沅浔澧珲莱郯鄞涿颍湟汨洮沭灞渭滏淇濮郓亳睢萧砀埇谯郢沔枞皖歙黟祁绩"
)
PLACE_ENDS = "江海城阳州山河溪湖安宁昌平陵源川浦泉港岭"
BRAND_CHARACTERS = (
    "宏达鑫盛华泰隆兴昌瑞祥恒丰永顺金嘉和美佳德信诚义仁智礼天地人东方南北中正"
    "大元亨利贞福禄寿喜龙凤麒麟鹏鹤鸿雁飞翔腾越凌云星辰月光明辉煌灿烂朝晖旭日"
    "升春夏秋冬雨露风雪松柏竹梅兰菊荷桂海洋江河湖波浪潮涌泉溪山峰岭岳石玉珠宝"
    "银铜铁钢锦绣彩虹丹青墨翰文武英豪杰俊伟雄壮威力强健康乐安宁静谧悠远长久恩"
    "惠"
)
INDUSTRY_STARTS = """
建筑 环保 食品 服装 机械 电子 化工 物流 农业 医疗 软件 园林 塑料 五金 印刷 能源 餐饮
教育 汽车 家具 纺织 包装 矿产 水产 旅游 房地产 装饰 电力 通信 生物 鞋材 眼镜 锁具
阀门 紧固件 茶叶 乳制品 粉末冶金 声学 无人机 冷链 殡葬 宠物 早教 民宿 光伏 储能 检具
滤清器 拉链 打火机 剃须刀
"""
INDUSTRY_ENDS = """
工程 科技 贸易 制造 设备 服务 材料 技术 开发 管理 咨询 制品 加工 销售 租赁 配件
发展 实业
"""
FORMS = {
    "有限公司": 0.58,
    "有限责任公司": 0.16,
    "股份有限公司": 0.08,
    "集团有限公司": 0.05,
    "厂": 0.05,
    "经营部": 0.04,
    "专业合作社": 0.04,
}
TRADITIONAL = {new: old for old, new in reversed([*SIMPLIFIED.items()])}
ANY = np.array([chr(c) for c in range(0x4E00, 0x7A00)])


@dataclass(frozen=True)
class Vocabulary:
    places: tuple[str, ...]
    brand: tuple[str, ...]
    industries: tuple[str, ...]


@dataclass(frozen=True)
class Mix:
    """What names look like, and what happens to those written a second time.

    Attributes
    ----------
    places, industries
        How many of the vocabulary are used; the first are the most frequent.
    brand_lengths
        Share of brands by length.
    zipf
        Exponent of the frequencies of brand characters, places and industries.
    rare_brands
        Share of brands of any characters, not of the usual ones.
    families
        Share of firms that take the brand of another firm, changing place, industry or
        a number.
    corruptions
        Weights of what happens to a second spelling.
    twice
        Share of second spellings that suffer twice.
    share
        Share of firms that are written a second time.
    """

    corruptions: dict[str, float]
    places: int = 120
    industries: int = 300
    brand_lengths: dict[int, float] = field(
        default_factory=lambda: {2: 0.75, 3: 0.2, 4: 0.05}
    )
    zipf: float = 0.6
    rare_brands: float = 0.2
    families: float = 0.12
    twice: float = 0.1
    share: float = 1 / 3


GUIDE = dict.fromkeys(
    [
        "width",
        "traditional",
        "form",
        "no_place",
        "brand_typo",
        "industry_cut",
        "dropped",
    ],
    1.0,
)
MIXES = {
    "guide": Mix(GUIDE),
    "typing": Mix(
        {"replaced": 5, "dropped": 3, "form": 3, "no_place": 3, "industry_cut": 2}
        | {"swapped": 2, "same": 2},
        places=8,
        industries=14,
        brand_lengths={2: 0.5, 3: 0.5},
        rare_brands=1.0,
        families=0.0,
        twice=0.0,
    ),
    "agency": Mix(
        {"cut_off": 2, "place_behind": 2, "place_suffix": 2, "form": 2, "no_form": 1}
        | {"no_place": 2, "width": 2, "former": 1, "number": 1, "branch": 2},
        places=40,
        industries=120,
        families=0.2,
        twice=0.3,
    ),
    "families": Mix(
        GUIDE | {"replaced": 1, "place_behind": 1, "branch": 1},
        places=60,
        industries=200,
        families=0.4,
        zipf=0.9,
    ),
    "county": Mix(
        GUIDE | {"swapped": 1, "cut_off": 1, "same": 2, "place_suffix": 1, "branch": 1},
        places=5,
        industries=80,
        brand_lengths={2: 0.85, 3: 0.15},
        rare_brands=0.05,
        families=0.1,
    ),
    "rough": Mix(
        {"replaced": 2, "dropped": 2, "swapped": 1, "cut_off": 1, "no_place": 1}
        | {"no_form": 1, "industry_cut": 1, "branch": 1, "traditional": 1},
        places=200,
        industries=400,
        twice=0.4,
        rare_brands=0.4,
    ),
}

MIXES |= {
    "cut": Mix(
        {"cut_off": 5, "industry_cut": 2, "no_form": 2, "dropped": 1, "width": 1}
        | {"same": 1},
        places=60,
        industries=200,
        twice=0.2,
    ),
    "brands": Mix(
        {"brand_typo": 6, "replaced": 1, "dropped": 1, "form": 1, "width": 1}
        | {"same": 1},
        places=100,
        industries=250,
        rare_brands=0.3,
        families=0.1,
    ),
    "short": Mix(
        GUIDE | {"branch": 1, "same": 1},
        places=150,
        industries=300,
        brand_lengths={1: 0.3, 2: 0.7},
        rare_brands=0.1,
    ),
    "lonely": Mix(GUIDE | {"same": 1, "branch": 0.5}, share=0.05),
}


def random_mix(seed: int) -> Mix:
    """Return a mix of drawn habits, to fit on: the named ones are to judge by."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(ORDER, int(rng.integers(5, 13)), replace=False)
    weights = rng.exponential(1, len(drawn)) + 0.15
    lengths = rng.dirichlet([0.7, 6, 2, 0.7])
    low, high = np.log([5, 12]), np.log([200, 400])
    places, industries = np.exp(rng.uniform(low, high)).astype(int)
    rare = rng.choice([0, 0.05, 0.2, 0.4, 1], p=[0.15, 0.25, 0.35, 0.2, 0.05])
    return Mix(
        {str(kind): float(w) for kind, w in zip(drawn, weights, strict=True)},
        places=int(places),
        industries=int(industries),
        brand_lengths=dict(zip((1, 2, 3, 4), map(float, lengths), strict=True)),
        zipf=float(rng.uniform(0.2, 1)),
        rare_brands=float(rare),
        families=float(rng.uniform(0, 0.4)),
        twice=float(rng.uniform(0, 0.4)),
    )


def vocabulary(side: str) -> Vocabulary:
    """Return one half, `fit` or `held_out`, of all words."""
    half = slice(0, None, 2) if side == "fit" else slice(1, None, 2)
    places = [a + b for b in PLACE_ENDS for a in PLACE_STARTS]
    starts, ends = INDUSTRY_STARTS.split(), INDUSTRY_ENDS.split()
    industries = [a + b for b in ends for a in starts if a != b]
    shuffled = np.random.default_rng(11)
    words = (
        tuple(str(w) for w in shuffled.permutation(np.array(list(group))))
        for group in (places, dict.fromkeys(BRAND_CHARACTERS), industries)
    )
    return Vocabulary(*(group[half] for group in words))


class Maker:
    """Draws names of one mix."""

    def __init__(self, mix: Mix, words: Vocabulary, seed: int) -> None:
        self.mix, self.rng = mix, np.random.default_rng(seed)
        self.places = words.places[: mix.places]
        self.industries = words.industries[: mix.industries]
        self.brand = np.array(words.brand)
        self.rare = self.rng.permutation(ANY)[:1500]
        self.kinds = list(mix.corruptions)
        weights = np.array([mix.corruptions[k] for k in self.kinds], dtype=float)
        self.weights = weights / weights.sum()

    def pick(self, words):
        return words[int(self.rng.choice(len(words), p=self._zipf(len(words))))]

    def _zipf(self, n: int):
        cache = self.__dict__.setdefault("zipfs", {})
        if n not in cache:
            weights = 1 / np.arange(1, n + 1) ** self.mix.zipf
            cache[n] = weights / weights.sum()
        return cache[n]

    def brand_name(self) -> str:
        lengths = self.mix.brand_lengths
        length = int(self.rng.choice(list(lengths), p=list(lengths.values())))
        usual = self.rng.random() >= self.mix.rare_brands
        pool = self.brand if usual else self.rare
        return "".join(self.rng.choice(pool, length, p=self._zipf(len(pool))))

    def firm(self, firms: list) -> tuple[str, ...]:
        """Return place, brand, industry, form and whether the place is in brackets."""
        form = str(self.rng.choice(list(FORMS), p=list(FORMS.values())))
        place, industry = self.pick(self.places), self.pick(self.industries)
        place += str(self.rng.choice(["", "市", "县"], p=[0.6, 0.3, 0.1]))
        behind = "behind" if self.rng.random() < 0.08 else ""
        if not firms or self.rng.random() >= self.mix.families:
            return place, self.brand_name(), industry, form, behind
        model = firms[int(self.rng.integers(len(firms)))]
        kind = int(self.rng.integers(3))
        if kind == 0:
            return place, *model[1:]
        if kind == 1:
            return *model[:2], industry, *model[3:]
        number = str(self.rng.choice(["一", "二", "三", "第1", "第2"]))
        return *model[:2], model[2] + number, "厂", ""

    def spell(self, firm) -> str:
        place, brand, industry, form, behind = firm
        if behind:
            return f"{brand}{industry}({place}){form}"
        return place + brand + industry + form

    def second(self, firm) -> tuple[str, bool]:
        """Return another spelling, and whether it names a branch instead."""
        if self.rng.random() < self.mix.twice:
            kinds = self.rng.choice(self.kinds, 2, replace=False, p=self.weights)
        else:
            kinds = self.rng.choice(self.kinds, 1, p=self.weights)
        chosen = [str(k) for k in sorted(kinds, key=ORDER.index)]
        chosen = ["branch"] if "branch" in chosen else chosen
        for kind in chosen:
            if kind in PARTS:
                firm = PARTS[kind](self, firm)
        text = self.spell(firm)
        for kind in chosen:
            if kind in TEXTS:
                text = TEXTS[kind](self, text)
        return text, "branch" in chosen

    def at(self, text: str, least: int = 0) -> int:
        return int(self.rng.integers(least, len(text)))

    def character(self) -> str:
        return str(self.rng.choice(self.rare))


def new_form(_, firm):
    form = firm[3]
    swaps = {
        "有限公司": "有限责任公司",
        "有限责任公司": "有限公司",
        "股份有限公司": "股份公司",
        "集团有限公司": "集团",
        "专业合作社": "合作社",
    }
    return *firm[:3], swaps.get(form, form), firm[4]


def typo(maker, firm):
    brand = firm[1]
    at = maker.at(brand)
    return firm[0], brand[:at] + maker.character() + brand[at + 1 :], *firm[2:]


def suffixed(_, firm):
    place = firm[0]
    if not place:
        return firm
    place = place[:-1] if place[-1] in "市县" else place + "市"
    return place, *firm[1:]


PARTS = {
    "form": new_form,
    "no_form": lambda _, firm: (*firm[:3], "", firm[4]),
    "no_place": lambda _, firm: ("", *firm[1:4], ""),
    "place_suffix": suffixed,
    "place_behind": lambda _, firm: (*firm[:4], "" if firm[4] else "behind"),
    "brand_typo": typo,
    "industry_cut": lambda _, firm: (*firm[:2], firm[2][:2], *firm[3:]),
}


def widened(maker, text):
    at = maker.at(text, 1)
    text = text[:at] + str(maker.rng.choice([" ", "\u3000", "\u200b"])) + text[at:]
    return text.replace("(", "（").replace(")", "）")


def replaced(maker, text):
    at = maker.at(text)
    return text[:at] + maker.character() + text[at + 1 :]


def dropped(maker, text):
    at = maker.at(text)
    return text[:at] + text[at + 1 :]


def swapped(maker, text):
    at = maker.at(text, 1)
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


TEXTS = {
    "same": lambda _, text: text,
    "branch": lambda maker, text: f"{text}{maker.pick(maker.places)}分公司",
    "replaced": replaced,
    "dropped": dropped,
    "swapped": swapped,
    "cut_off": lambda maker, text: text[: -maker.at("12345", 1)] + "..",
    "former": lambda maker, text: f"{text}(原{maker.brand_name()}公司)",
    "number": lambda maker, text: f"{text}（0{maker.at('123456789', 1)}）",
    "traditional": lambda _, text: "".join(TRADITIONAL.get(c, c) for c in text),
    "width": widened,
}
ORDER = [*PARTS, *TEXTS]


def make(mix: Mix, words: Vocabulary, *, firms: int, second: int, seed: int):
    """Return names in random order, and for each the number of the firm that it means.

    No two firms of one place have brand and industry in common, as the registrars see
    to it. `second` of the firms are written twice; a branch is a firm of its own.
    """
    maker = Maker(mix, words, seed)
    known: list = []
    registered: set[tuple[str, ...]] = set()
    while len(known) < firms:
        firm = maker.firm(known)
        key = (firm[0].rstrip("市县"), *firm[1:3])
        if key not in registered:
            registered.add(key)
            known.append(firm)
    names, owners = [maker.spell(f) for f in known], list(range(firms))
    for number in maker.rng.choice(firms, second, replace=False):
        text, is_branch = maker.second(known[number])
        names.append(text)
        owners.append(firms + int(number) if is_branch else int(number))
    order = maker.rng.permutation(len(names))
    return [names[i] for i in order], np.array(owners)[order]
