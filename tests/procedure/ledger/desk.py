"""A desk with a ledger: the command line, and what each event of a case may say."""

import json

from click.testing import CliRunner

from pil_discovery.cli.root import pil

AGENCY = "示例区自然资源和规划局"


class Desk:
    """Runs `pil case` on one ledger; `case` is the case opened last."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.case = ""
        self.said = ""

    def run(self, *words, code=0):
        done = CliRunner().invoke(pil, ["case", *(str(w) for w in words), "--json"])
        self.said = done.stderr
        assert done.exit_code == code, (words, done.exit_code, done.output)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def open(self, *words, code=0, **options):
        told = {
            "track": "admin",
            "matter": "land.price-overdue",
            "agency": AGENCY,
            "title": "示例案",
            "fact_date": "2026-01-05",
            "on": "2026-03-02",
            "by": "张三",
        } | options
        flags = [
            part
            for key, value in told.items()
            if value
            for part in (f"--{key.replace('_', '-')}", value)
        ]
        opened = self.run("open", self.ledger, *flags, *words, code=code)
        if opened is not None:
            self.case = opened["case"]
        return opened

    def record(self, event, on, *words, code=0, **fields):
        pairs = []
        for key, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                pairs += ["--field", f"{key}={one}"]
        return self.run(
            "record",
            self.ledger,
            self.case,
            event,
            "--on",
            on,
            "--by",
            "张三",
            *pairs,
            *words,
            code=code,
        )

    def refused(self, event, on, *sentences, **fields):
        """Try an event that must be refused, and look for words of the refusal."""
        before = self.status()["events"]
        self.record(event, on, code=3, **fields)
        said = self.said
        for sentence in sentences:
            assert sentence in said, said
        assert self.status()["events"] == before
        self.said = said

    def status(self):
        return self.run("status", self.ledger, self.case)

    def state(self):
        return self.status()["state"]

    def due(self, as_of, *, code=0):
        found = self.run("due", self.ledger, self.case, "--as-of", as_of, code=code)
        return {d["clock"]: d for d in found}


TWO = ["张三", "李四"]
SUGGESTION = {
    "agency": AGENCY,
    "source": "大数据筛查",
    "harm": "国有土地出让收入未足额入库",
    "default_facts": "逾期未催缴",
    "legal_basis": ["ure-16", "bud-55"],
    "content": "依法追缴欠缴的土地出让价款",
    "rectify_by": "2个月",
    "other": "无",
    "claim": "判令被告依法履行土地出让价款催缴职责",
    "approved_by": "检察长王五",
}


def investigated(desk, *, proposal="suggest", track="admin"):
    """Take an opened case to the end of its investigation on 2026-03-20."""
    desk.record("lead.assess", "2026-03-03", truth="yes", checkable="yes")
    default = {"default": "未依法催缴"} if track == "admin" else {}
    desk.record(
        "filing.decide",
        "2026-03-05",
        decision="file",
        approved_by="检察长王五",
        harm="欠缴价款",
        **default,
    )
    if track == "admin":
        desk.record("filing.serve", "2026-03-06", received_by="赵六")
    desk.record("investigation.plan", "2026-03-09", plan="调查方案")
    evidence = {"type": "书证", "source": "调取", "collector": TWO}
    desk.record("evidence.add", "2026-03-10", **evidence)
    desk.record("investigation.end", "2026-03-20", report="报告", proposal=proposal)


def served(desk, **changes):
    """Take an opened administrative case to a suggestion served on 2026-03-25."""
    investigated(desk)
    desk.record("suggestion.decide", "2026-03-24", **(SUGGESTION | changes))
    desk.record("suggestion.serve", "2026-03-25", received_by="赵六")
