"""Write the model cards of `models/scoring/`: what each shipped number rests on.

    python benchmarks/model_cards.py [models/scoring]

`priors.md` from the constants of the points card, `company_names.md` from the card that
the pair model carries, and `chicago_food.md` from a backtest on Chicago's inspections
(only where $PIL_SHARED_DATA/chicago_food is there). Run it after any of them changed: a
test compares the first two with the files, and the settings of the third.
"""

import hashlib
import json
import sys
from pathlib import Path

from pil_discovery.leads import formula, precision
from pil_discovery.leads.scorers import choice, history
from pil_discovery.report.backtest_cards import Origin, backtest_card

CLASSES = {
    "register": "登记比对（两份登记对不上）",
    "balance": "数量推算（按用量、产量推算应有的量）",
    "imagery": "仅凭影像",
}
CHICAGO = (
    (
        "芝加哥市的数据只检验机器：代码和方法能不能排先后、概率准不准。"
        "它不说明中国的法律、数据和属实率，也不是随产品使用的模型。"
    ),
    "中国公益诉讼没有公开的、带核查结果的数据；本地使用前先用本地的核查登记回测。",
)


def priors():
    """Return the card of the points card and its priors."""
    rows = []
    for name, (alpha, beta) in formula.PRIORS.items():
        low, high = precision.Precision(name).interval()
        share = f"{alpha / (alpha + beta):.3f}（{low:.2f} 至 {high:.2f}）"
        rows.append(f"| {CLASSES[name]} | {alpha}:{beta} | {share} |")
    weights = "，".join(f"{name} {value}" for name, value in formula.WEIGHTS.items())
    shifts = {
        "每多一个独立来源（至多两个）": formula.SHIFT_SOURCE,
        "每一种须复核的情形": formula.SHIFT_REVIEW,
        "每一种减弱的情形": formula.SHIFT_DOWNGRADE,
        "每一份缺少的可排除命中的数据（至多两份）": formula.SHIFT_ABSENT_CLEARS,
        "模糊匹配": formula.SHIFT_FUZZY,
        "影像距基准日超过 24 个月": formula.SHIFT_OLD_PICTURE,
    }
    lines = [
        "# 模型卡：线索得分的积分卡和先验",
        "",
        (
            "每条线索的得分由此算出，不需要核查结果；怎样算、怎样用手算，见"
            " `docs/explanation/score.md`。"
        ),
        "",
        "## 先验",
        "",
        "| 证据类别 | 属实:不属实 | 均值（90% 区间） |",
        "|---|---|---|",
        *rows,
        "",
        (
            "先验相当于五六次核查，是设计值，不是从数据学来的：报刊所载登记比对的属实比例"
            "在 55% 到 100% 之间（未经审计），推算类低得多；2024 年全国平台"
            " 35.6 万条线索成案 12 万件（33.7%），只用来对照。"
        ),
        "",
        (
            f"有了核查结果，同类其他模型的每一级各相当于 {precision.PULL_CHECKS} 件，"
            f"每个模型最多计 {precision.MOST_CHECKS} 件，再加本模型自己的核查。"
        ),
        "",
        "## 价值权重和证据的加减",
        "",
        f"- 权重：{weights}。是价值取舍，印在每条线索上。",
        *(f"- {words}：对数几率 {value:+.1f}" for words, value in shifts.items()),
        "",
        "加减的方向是定的，大小是设计值，尚未从核查结果学习。",
        "",
        "## 指标",
        "",
        (
            "没有。中国公益诉讼没有公开的、带核查结果的数据，先验和加减没有经过检验；"
            "每次筛查按已核查的线索印出各模型的属实率、区间和校准后的预计属实件数。"
        ),
        "",
        "## 用途与局限",
        "",
        "- 用途：决定先看哪一条。得分不说“违法”，每一条都由人判断。",
        (
            "- 标签是核查、立案的记录，不是事实本身；没有查过的不等于不属实，"
            "没有一种正例—未标注（PU）方法经过验证。"
        ),
        "- 个人信息、乡镇、企业规模不进入得分；后两项只用来统计看向了谁。",
        "",
    ]
    return "\n".join(lines)


def pair_model(path):
    """Return the card of the model that compares names."""
    text = path.read_text("utf-8")
    card = json.loads(text)["card"]
    digest = hashlib.sha256(text.encode()).hexdigest()
    tests = {k: v for k, v in card.items() if k.startswith("检验")}
    lines = [
        "# 模型卡：单位名称比对",
        "",
        f"文件 `{path.name}`，SHA-256 `{digest}`。",
        "",
        "## 从什么学来（`benchmarks/fit_pair_model.py`）",
        "",
        f"{card['训练']}。",
        "",
        "## 指标",
        "",
        *(f"- {name}：{value}" for name, value in tests.items()),
        "",
        (
            "每一组是一份固定种子的合成名单，没有区间：合成名单可以任意加大，抽样误差不是"
            "这里的主要误差，真实名称与合成名称的差别才是。"
        ),
        "",
        "## 用途与局限",
        "",
        f"- {card['用途']}。",
        f"- {card['局限']}。",
        "",
    ]
    return "\n".join(lines)


def settings():
    """Return the settings that the backtest below rests on."""
    days = "、".join(map(str, history.RECENT_DAY))
    return (
        f"设定：近期比率看 {days} 日，长期 {history.LASTING_DAY} 日，"
        f"训练期属实率在每个比率里计 {history.PRIOR_CHECKS} 次，"
        f"对象历史近的一次占 {history.MEMORY:.0%}；"
        f"岭回归自属实 {choice.LEAST_CONFIRMED['ridge']} 次起，"
        f"提升自 {choice.LEAST_CONFIRMED['additive']} 次起。"
    )


def chicago():
    """Return the card of the backtest on Chicago's inspections."""
    import chicago as benchmark

    import pil_discovery as pil

    path = benchmark.DATA / "dev_train.parquet"
    train, _ = benchmark.frames()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    told = pil.backtest(train, benchmark.SPEC).as_dict()
    origin = Origin(f"芝加哥市食品检查 {path.name}", digest, len(train), len(train))
    return backtest_card(told, origin, notes=(*CHICAGO, settings()))


def cards(folder):
    """Return file name → text of the cards that need no outside data."""
    return {
        "priors.md": priors(),
        "company_names.md": pair_model(folder / "company_names.json"),
    }


if __name__ == "__main__":
    given = sys.argv[1:] or ["models/scoring"]
    for name, text in cards(Path(given[0])).items():
        Path(given[0], name).write_text(text, encoding="utf-8")
    import chicago as data

    if data.DATA.is_dir():
        Path(given[0], "chicago_food.md").write_text(chicago(), encoding="utf-8")
