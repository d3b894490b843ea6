"""`pil report`: the year, agencies and committees; papers of single cases."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import Day, as_json
from pil_discovery.cli.printing import guarded, print_json, tell

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

    from pil_discovery.bundle.papers import Paper

_MARKDOWN = ".md"
_ledger = click.argument("ledger", metavar="账本")
_case = click.argument("case", metavar="案件")
_year = click.option(
    "--year", type=click.IntRange(2000, 2100), required=True, help="哪一年"
)
_as_of = click.option(
    "--as-of",
    type=Day(),
    default=None,
    help="统计到哪一天（默认年底；到这一天没有回复的算未回复）",
)
_output = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=None,
    help="写入文件夹：Word、PDF、页面、工作簿；以 .md 结尾的写成 Markdown 文件",
)
_folder = click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="写入文件夹：Word、PDF、页面、工作簿",
)
_office = click.option("--office", default="", help="本院名称，写在标题上方")
_scan = click.option(
    "--scan", type=click.Path(file_okay=False), default=None, help="筛查结果文件夹"
)
_lead = click.option("--lead", default=None, help="结果里的线索：名次或者编号开头")
_fields = click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="KEY=VALUE",
    help="填入的内容（time、place、host……），可重复",
)


@click.group()
def report() -> None:
    """由账本统计的报告：每个数都能在账本里重数；会议、听证、评估的材料。"""


@report.command()
@_ledger
@_year
@_as_of
@_office
@_output
@as_json
@guarded
def annual(
    ledger: str,
    year: int,
    as_of: dt.date | None,
    office: str,
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    """行政检察年度分析：数量、回复率、按期率、追回与恢复、同类问题。"""
    from pil_discovery.pipeline.case_reports import annual_report, annual_text
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.year_papers import ANNUAL, year_papers

    book = open_ledger(ledger)
    told = annual_report(book, year, as_of)
    papers = partial(year_papers, book, year, ANNUAL, as_of=as_of, office=office)
    _deliver(told, annual_text, output, papers, as_json=as_json)


@report.command()
@_ledger
@_year
@_as_of
@_office
@_output
@as_json
@guarded
def scorecard(
    ledger: str,
    year: int,
    as_of: dt.date | None,
    office: str,
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    """各行政机关依法履职情况，供法治政府建设考核参考。"""
    from pil_discovery.pipeline import case_reports
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.year_papers import SCORECARD, year_papers

    book = open_ledger(ledger)
    told = case_reports.scorecard(book, year, as_of)
    papers = partial(year_papers, book, year, SCORECARD, as_of=as_of, office=office)
    _deliver(told, case_reports.scorecard_text, output, papers, as_json=as_json)


@report.command()
@_ledger
@_year
@_as_of
@_office
@_output
@as_json
@guarded
def briefing(
    ledger: str,
    year: int,
    as_of: dt.date | None,
    office: str,
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    """人大监督用的材料：年度分析、没有回复的机关、可以采取的监督方式和依据。"""
    from pil_discovery.pipeline import case_reports
    from pil_discovery.pipeline.cases import open_ledger
    from pil_discovery.pipeline.year_papers import BRIEFING, year_papers

    book = open_ledger(ledger)
    told = case_reports.briefing(book, year, as_of)
    papers = partial(year_papers, book, year, BRIEFING, as_of=as_of, office=office)
    _deliver(told, case_reports.briefing_text, output, papers, as_json=as_json)


@report.command()
@_ledger
@_case
@_office
@_output
@as_json
@guarded
def digest(
    ledger: str, case: str, office: str, output: Path | None, *, as_json: bool
) -> None:
    """案例摘要，隐去一切名称，供宣传。"""
    from pil_discovery.pipeline.case_papers import DIGEST, case_papers
    from pil_discovery.pipeline.case_reports import case_digest, digest_text
    from pil_discovery.pipeline.cases import open_ledger

    book = open_ledger(ledger)
    papers = partial(case_papers, book, case, DIGEST, office=office)
    _deliver(case_digest(book, case), digest_text, output, papers, as_json=as_json)


@report.command()
@_ledger
@_case
@_output
@as_json
@guarded
def escalation(ledger: str, case: str, output: Path | None, *, as_json: bool) -> None:
    """拒绝、拒收、逾期不回时可以向谁通报、报告、移送，还缺什么。"""
    from pil_discovery.pipeline import case_reports
    from pil_discovery.pipeline.cases import open_ledger

    told = case_reports.escalation(open_ledger(ledger), case)
    _deliver(told, case_reports.escalation_text, output, None, as_json=as_json)


@report.command()
@_ledger
@_case
@_office
@_fields
@_output
@as_json
@guarded
def committee(
    ledger: str,
    case: str,
    office: str,
    fields: tuple[str, ...],
    output: Path | None,
    *,
    as_json: bool,
) -> None:
    """一件案件向人大常委会报告备案的草稿：账本里各项记录怎样写，逐条注明。"""
    from pil_discovery.pipeline.case_papers import COMMITTEE, case_papers
    from pil_discovery.pipeline.case_reports import committee_report, committee_text
    from pil_discovery.pipeline.cases import open_ledger

    book = open_ledger(ledger)
    told = committee_report(book, case)
    given = _pairs(fields)
    papers = partial(case_papers, book, case, COMMITTEE, office=office, fields=given)
    _deliver(told, committee_text, output, papers, as_json=as_json)


def _pack(name: str, kind: str, zh: str) -> click.Command:
    """Return the command that writes the papers of a case of one kind."""

    @click.command(name, help=zh)
    @_ledger
    @_case
    @_scan
    @_lead
    @_office
    @_fields
    @_folder
    @guarded
    def pack(
        ledger: str,
        case: str,
        scan: str | None,
        lead: str | None,
        office: str,
        fields: tuple[str, ...],
        output: Path,
    ) -> None:
        from pil_discovery.pipeline.case_papers import case_papers, read_told
        from pil_discovery.pipeline.cases import open_ledger

        if (scan is None) != (lead is None):
            raise click.UsageError("结果文件夹和线索要一起给出：--scan、--lead")
        told = None if scan is None or lead is None else read_told(scan, lead)
        given = _pairs(fields)
        book = open_ledger(ledger)
        _write(
            case_papers(book, case, kind, told=told, office=office, fields=given),
            output,
        )

    return pack


for _name, _kind, _zh in (
    ("meeting", "meeting-pack", "诉前会议材料：议程、事实确认书、签到表、会议记录。"),
    (
        "hearing",
        "hearing-pack",
        "听证材料：公告、议程、参加人、听证员意见表、笔录、通知。",
    ),
    ("evaluation", "evaluation-form", "第三方评估表：独立评估整改成效，不写得分。"),
):
    report.add_command(_pack(_name, _kind, _zh))


def _pairs(fields: tuple[str, ...]) -> dict[str, str]:
    if broken := [f for f in fields if "=" not in f]:
        raise click.BadParameter(f"应写作 KEY=VALUE：{'、'.join(broken)}")
    return {
        key.strip(): value.strip()
        for key, _, value in (f.partition("=") for f in fields)
    }


def _write(papers: Iterable[Paper], folder: Path) -> None:
    from pil_discovery.pipeline.year_papers import write_paper_files

    for path in write_paper_files(papers, folder):
        click.echo(str(path))


def _deliver(
    told: dict[str, Any],
    write: Callable[[dict[str, Any]], str],
    output: Path | None,
    papers: Callable[[], Iterable[Paper]] | None,
    *,
    as_json: bool,
) -> None:
    """Print what was counted; write its papers where a folder is named."""
    if output is not None and papers is not None and output.suffix != _MARKDOWN:
        from pil_discovery.pipeline.year_papers import write_paper_files

        for path in write_paper_files(papers(), output):
            tell(say(f"已写出 {path}", f"written: {path}"))
    elif output is not None:
        output.write_text(write(told), encoding="utf-8", newline="\n")
        tell(say(f"已写出 {output}", f"written: {output}"))
    if as_json:
        print_json(told)
    elif output is None or output.suffix != _MARKDOWN:
        click.echo(write(told), nl=False)
