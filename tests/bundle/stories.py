"""Cases played through a ledger up to where documents of every kind are allowed."""

from __future__ import annotations

import datetime as dt

from pil_discovery.pipeline.cases import open_case, open_ledger, record_event

AGENCY = "示例区自然资源和规划局"
CHIEF = "检察长王五"
SCANNED = dt.date(2026, 3, 1)
"""Day of the scan that found what the stories tell of."""
TWO = ("张三", "李四")
PARTY = "示例食品有限公司"
COURT = "示例区人民法院"

INVESTIGATED = (
    ("filing.serve", "2026-03-06", {"received_by": "赵六"}),
    ("consultation.hold", "2026-03-07", {"form": "meeting", "minutes": "磋商记录"}),
    ("investigation.plan", "2026-03-09", {"plan": "调查方案"}),
    (
        "evidence.add",
        "2026-03-10",
        {"type": "书证", "name": "出让合同及缴款凭证", "source": "向税务机关调取"}
        | {"collector": TWO, "purpose": "证明价款没有足额入库"},
    ),
    (
        "evidence.add",
        "2026-03-12",
        {"type": "勘验笔录", "source": "现场勘验", "collector": TWO},
    ),
    ("investigation.end", "2026-03-20", {"report": "调查终结报告"}),
)
SUGGESTION = {
    "agency": AGENCY,
    "source": "经本院大数据筛查发现",
    "harm": "国有土地出让收入没有足额入库",
    "default_facts": "对逾期价款没有依法催缴",
    "legal_basis": ("ure-16", "bud-55"),
    "content": ("依法催缴尚欠的土地出让价款", "依照合同约定追究逾期缴款的违约责任"),
    "claim": ("判令被告依法履行催缴职责", "判令被告依法履行追究违约责任的职责"),
    "rectify_by": "2个月",
    "other": "无",
    "approved_by": CHIEF,
}
STARTED = (
    ("lead.assess", "2026-03-03", {"truth": "yes", "checkable": "yes"}),
    (
        "filing.decide",
        "2026-03-05",
        {"decision": "file", "approved_by": CHIEF, "harm": "出让价款逾期没有入库"}
        | {"default": "逾期以后没有催缴"},
    ),
)
SUSPENSION = {
    "plan": "分期追缴方案",
    "obstacle": "受让人进入破产重整程序",
    "slack": "no",
    "approved_by": CHIEF,
}
ADMIN = (
    *STARTED,
    *INVESTIGATED[:-1],
    ("investigation.end", "2026-03-20", {"report": "报告", "proposal": "suggest"}),
    ("suggestion.decide", "2026-03-24", SUGGESTION),
    ("suggestion.serve", "2026-03-25", {"received_by": "赵六"}),
    ("incident.record", "2026-04-02", {"kind": "妨碍", "what": "拒绝提供缴款台账"}),
    ("review.suspend", "2026-04-20", SUSPENSION),
    ("review.resume", "2026-05-06", {"cause_ended": "重整计划已经批准"}),
    ("agency.reply", "2026-05-20", {"measure": ("已发催缴函", "价款将分期缴清")}),
    ("followup.check", "2026-06-11", {"outcome": "partial", "collector": TWO}),
    (
        "review.end",
        "2026-06-20",
        {"report": "审查终结报告", "proposal": "sue", "approved_by": CHIEF},
    ),
)
NOTICE = {
    "medium": "示例日报",
    "national": "yes",
    "harm": "示例食品有限公司没有取得许可从事食品经营",
    "contact": "示例检察官",
}
CIVIL = (
    STARTED[0],
    (
        "filing.decide",
        "2026-03-05",
        {"decision": "file", "approved_by": CHIEF, "harm": "危害食品安全"},
    ),
    *(e for e in INVESTIGATED[2:-1]),
    ("investigation.end", "2026-03-20", {"report": "报告", "proposal": "notice"}),
    (
        "appraisal.start",
        "2026-03-20",
        {"institution": "示例检测中心", "fee_status": "deferred"},
    ),
    ("notice.publish", "2026-03-23", NOTICE),
)
URGED = {"to": "示例省消费者权益保护委员会", "content": "事实", "approved_by": CHIEF}
PRESERVED = {
    "kind": "property",
    "stage": "before_suit",
    "court": "示例市中级人民法院",
    "object": "违法所得的银行账户",
    "ground": "正在转移财产",
    "security": "由检察机关提出，人民法院准许不提供担保",
    "approved_by": CHIEF,
    "number": "示检民公保〔2026〕3号",
}
SUED = (
    *CIVIL,
    ("urge.send", "2026-03-24", URGED),
    ("preservation.apply", "2026-03-25", PRESERVED),
    ("appraisal.end", "2026-04-20", {"report": "检测报告"}),
    ("followup.check", "2026-04-24", {"outcome": "not", "collector": TWO}),
    (
        "review.end",
        "2026-05-08",
        {"report": "审查终结报告", "proposal": "sue", "approved_by": CHIEF},
    ),
)
SUPPORTED = (
    *CIVIL,
    (
        "plaintiff.sues",
        "2026-04-10",
        {"organisation": "示例省消费者权益保护委员会", "court": "示例市中级人民法院"},
    ),
    ("support.decide", "2026-04-24", {"kind": "opinion", "approved_by": CHIEF}),
)
CLOSED = (
    *STARTED,
    *INVESTIGATED[:-1],
    ("investigation.end", "2026-03-20", {"report": "报告", "proposal": "close"}),
    (
        "case.close",
        "2026-03-23",
        {"ground": "duty-performed", "approved_by": CHIEF},
    ),
)
DECLINED = (
    STARTED[0],
    (
        "filing.decide",
        "2026-03-05",
        {"decision": "decline", "approved_by": CHIEF, "reason": "价款已经全部入库"},
    ),
)
OPINION = (("opinion.issue", "2026-03-04", {"content": "完善校园周边安全管理"}),)

LAND, FOOD = "land.price-overdue", "food.no-licence"
STORIES = {
    "admin": ("admin", LAND, ADMIN),
    "suit": ("civil", FOOD, SUED),
    "support": ("civil", FOOD, SUPPORTED),
    "closed": ("admin", "land.idle", CLOSED),
    "declined": ("admin", "land.use-changed", DECLINED),
    "opinion": ("admin", "mandate.education", OPINION),
    "new": ("admin", "land.built-before-price", ()),
    "new-civil": ("civil", FOOD, ()),
}


def play(place):
    """Write every story into a ledger; return story → name of its case."""
    ledger, names = open_ledger(place), {}
    for story, (track, matter, events) in STORIES.items():
        case = open_case(
            ledger,
            track=track,
            matter=matter,
            title="示例案",
            fact_date=dt.date(2026, 1, 5),
            on=dt.date(2026, 3, 2),
            by="张三",
            agency=AGENCY if track == "admin" else "",
            party=PARTY if track == "civil" else "",
        )
        names[story] = case.id
        for event, day, fields in events:
            pairs = [
                (key, one)
                for key, value in fields.items()
                for one in ((value,) if isinstance(value, str) else value)
            ]
            record_event(
                ledger,
                case.id,
                event,
                on=dt.date.fromisoformat(day),
                by="张三",
                fields=pairs,
            )
    return names


SAMPLES = {
    "lead-transfer": (None, {"to": "示例市人民检察院", "upward": "yes"}),
    "suggestion": ("admin", {"date": "2026-03-24"}),
    "filing-approval": ("admin", {"date": "2026-03-04", "handler": "张三"}),
    "filing-decision": ("admin", {"date": "2026-03-05"}),
    "no-filing-decision": ("declined", {}),
    "preliminary-report": ("admin", {"collector": "张三、李四"}),
    "consultation": (
        "admin",
        {"date": "2026-03-07", "meeting_date": "2026-03-09", "place": "本院会议室"},
    ),
    "followup-report": ("admin", {"date": "2026-06-12"}),
    "suspension": ("admin", {"date": "2026-04-20"}),
    "resumption": ("admin", {"date": "2026-05-06"}),
    "closure": ("closed", {}),
    "admin-suit": ("admin", {"court": COURT, "collector": "张三、李四"}),
    "civil-notice": ("suit", {"date": "2026-03-23", "phone": "0000-12345"}),
    "civil-suit": (
        "suit",
        {"court": "示例市中级人民法院", "claim": "公开赔礼道歉；承担检测费用"},
    ),
    "support-opinion": ("support", {}),
    "urging-letter": (
        "suit",
        {
            "date": "2026-03-24",
            "organisation": "示例省消费者权益保护委员会",
            "reply_by": "2026-04-22",
        },
    ),
    "supervisory-opinion": ("opinion", {}),
    "preservation": ("suit", {}),
    "crime-transfer": (
        "admin",
        {"to": "示例区公安分局", "suspicion": "涉嫌拒不执行"},
    ),
    "supervision-transfer": (
        "admin",
        {"to": "示例区监察机关", "problem": "对逾期价款长期不催缴"},
    ),
    "escalation": ("admin", {"to": "示例市自然资源和规划局", "receiver": "superior"}),
}
"""Kind → the story in which it is allowed, and what the office fills in."""
