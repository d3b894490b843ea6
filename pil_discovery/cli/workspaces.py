"""Commands on a workspace: demo, init, check, scan, doctor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pil_discovery.cli.language import say
from pil_discovery.cli.options import (
    as_json,
    as_of_option,
    cluster_option,
    workers_option,
)
from pil_discovery.cli.printing import (
    PROBLEMS,
    REFUSED,
    Progress,
    columns,
    guarded,
    leave,
    print_json,
    tell,
    terminal_width,
    wrapped,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from typing import Any

    from pil_discovery.pipeline.checking import Check

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument(
    "folder", type=_FOLDER, default=Path("demo"), required=False, metavar="[文件夹]"
)
@as_json
@guarded
def demo(folder: Path, *, as_json: bool) -> None:
    """在内置示例区走完全程：筛查、打包、验证。

    \b
    例：pil demo            结果在 demo/
        pil demo 试一试      结果在 试一试/
    """
    from pil_discovery.pipeline.starting import run_demo

    with Progress() as progress:
        done = run_demo(folder, progress)
    if as_json:
        print_json(done)
    else:
        _show_demo(done)
    if not done["verified"]:
        leave(PROBLEMS)


def _show_demo(done: dict[str, object]) -> None:
    from pil_discovery.cli.tables import lead_rows

    leads = done["leads"]
    click.echo(columns(lead_rows(leads)))  # type: ignore[arg-type]
    tell(
        say(
            f"共 {done['lead_count']} 条线索（均待核查）。",
            f"{done['lead_count']} leads.",
        )
    )
    tell(
        say(f"证据包：{done['bundle']}（已验证，未签名）", f"Bundle: {done['bundle']}")
    )
    tell(say(f"根散列：{done['root_sha256']}", f"Root hash: {done['root_sha256']}"))
    out = done["out"]
    tell(say("接下来可以试：", "Next:"))
    for zh, en in (
        (f"用浏览器打开 {out}/review.html（审阅页）", f"open {out}/review.html"),
        (f"用浏览器打开 {out}/run.html（运行报告）", f"open {out}/run.html"),
        (f"用 Excel 或 WPS 打开 {out}/leads.xlsx", f"open {out}/leads.xlsx"),
        (f"用 QGIS 打开 {out}/leads.qgz", f"open {out}/leads.qgz in QGIS"),
        (f"pil show {out} 1（一条线索的依据、评分、来源行）", f"pil show {out} 1"),
        (f"pil leads {out} --pictures 图（线索分布图、机关一览表）",
         f"pil leads {out} --pictures maps"),
        (f"pil verify {done['bundle']}", f"pil verify {done['bundle']}"),
    ):  # fmt: skip
        tell(f"  {say(zh, en)}")


@click.command()
@click.argument("folder", type=_FOLDER, metavar="工作区")
@as_of_option
@guarded
def init(folder: Path, as_of: dt.date | None) -> None:
    """新建工作区：写出 pil.yaml，文件夹里已有的数据一并识别登记。

    \b
    例：pil init 2026年三季度 --as-of 2026-09-30
    """
    from pil_discovery.pipeline.starting import init_workspace

    started = init_workspace(folder, as_of=as_of)
    tell(say(f"已写出 {started.path}", f"Wrote {started.path}"))
    for line in started.notes:
        tell(f"· {line}")
    tell(say(f"接下来：pil check {folder}", f"Next: pil check {folder}"))


@click.command()
@click.argument("folder", type=_FOLDER, metavar="工作区")
@as_json
@guarded
def check(folder: Path, *, as_json: bool) -> None:
    """看清每个文件：是什么、读到多少行、用了多少、哪些隔离、哪些模型能算。

    \b
    例：pil check 2026年三季度
    没有 pil.yaml 时写出一份；已有的不改，另写 pil.proposed.yaml。
    """
    from pil_discovery.pipeline.checking import check_workspace

    with Progress() as progress:
        found = check_workspace(folder, progress)
    if as_json:
        print_json(found.as_dict())
    else:
        _show_check(found)
    _tell_check(found, folder)
    if found.problems:
        leave(PROBLEMS)


def _show_check(found: Check) -> None:
    """Print files, what they cover, what was concluded, and the models."""
    from pil_discovery.cli import tables

    click.echo(columns(tables.file_rows(found.files, terminal_width())))
    click.echo("\n".join(map(wrapped, tables.other_file_lines(found.files))))
    if found.overviews:
        click.echo()
        click.echo("数据概况（重复、冲突的行已隔离；近似、相同的行已保留）：")
        click.echo(columns(tables.overview_rows(found.overviews, terminal_width())))
    parts = (
        ("来源：", tables.provenance_lines(found.files)),
        ("必需列的缺失：", tables.missing_lines(found.overviews)),
        ("推断（未经写明）：", tables.inference_lines(found.readings)),
        ("模型：", tables.model_lines(found.models)),
        ("补上这些就能再算：", tables.unlock_lines(found.unlocks)),
    )
    for title, lines in parts:
        if lines:
            click.echo()
            click.echo(title)
            click.echo("\n".join(map(wrapped, lines)))


def _tell_check(found: Check, folder: Path) -> None:
    """Tell what is wrong, what could be answered in pil.yaml, and what comes next."""
    from pil_discovery.cli.tables import problem_lines, question_lines

    for archive in found.unpacked:
        tell(
            wrapped(say(f"解压 {archive.sentence()}", f"Unpacked {archive.sentence()}"))
        )
    for line in problem_lines(found.problems):
        tell(wrapped(line))
    asked = question_lines(found.questions)
    if asked:
        tell(say("请在 pil.yaml 里回答：", "To be answered in pil.yaml:"))
    for line in asked:
        tell(wrapped(line))
    for path in found.written:
        tell(say(f"已写出 {path}", f"Wrote {path}"))
    tell(say(f"接下来：pil scan {folder} -o 结果", f"Next: pil scan {folder} -o out"))


@click.command()
@click.argument("folder", type=_FOLDER, metavar="工作区")
@click.option(
    "-o",
    "--out",
    type=_FOLDER,
    default=None,
    help="结果文件夹（默认：工作区旁的 <名称>-结果）",
)
@as_of_option
@workers_option
@cluster_option
@click.option(
    "--model",
    "names",
    multiple=True,
    metavar="模型",
    help="只运行这些模型（编号或代码），可重复",
)
@click.option(
    "--models", "folders", multiple=True, type=_FOLDER, help="本地模型文件夹，可重复"
)
@click.option(
    "--fail-on", type=click.Choice(["hit"]), default=None, help="有命中时以 3 退出"
)
@as_json
@guarded
def scan(
    folder: Path,
    out: Path | None,
    as_of: dt.date | None,
    workers: int | None,
    cluster: str | None,
    names: tuple[str, ...],
    folders: tuple[Path, ...],
    fail_on: str | None,
    *,
    as_json: bool,
) -> None:
    """筛查工作区，写出线索、发现、隔离清单和审核页。"""
    from pil_discovery.cli.subjects import linking_lines
    from pil_discovery.cli.summary import summary_lines
    from pil_discovery.cli.tables import attention_lines, count_rows
    from pil_discovery.pipeline.flow import scan as run
    from pil_discovery.report.lines import quarantine_records

    with Progress() as progress:
        found = run(
            folder,
            as_of=as_of,
            models=names or None,
            local_models=folders,
            workers=workers,
            cluster=cluster,
            progress=progress,
        )
        target = found.write(out or folder.parent / f"{folder.resolve().name}-结果")
    if as_json:
        print_json({"out": str(target), "run": found.run})
    else:
        click.echo(columns(count_rows(found.run["models"])))
    aside = quarantine_records(found.quarantine)
    for line in summary_lines(found.run, aside, found.timing["models"]):
        tell(wrapped(line))
    for line in linking_lines(found.run["subjects"]) if found.run["subjects"] else ():
        tell(line)
    _tell_shortlist(found.run["shortlist"])
    for line in attention_lines(found.run["attention"]):
        tell(line)
    for line in found.run["conflicts"]:
        tell(f"· {line}")
    tell(
        say(
            f"结果：{target}；运行报告：{target / 'run.html'}；"
            f"接下来：pil leads {target}",
            f"Out: {target}; report: {target / 'run.html'}; next: pil leads {target}",
        )
    )
    if fail_on and any(f.state == "hit" for f in found.findings):
        leave(REFUSED)


def _tell_shortlist(listed: Mapping[str, Any] | None) -> None:
    """Say which leads the office checks now, and how many may prove true."""
    if listed is None:
        return
    bands, hope = listed["bands"], listed["expected"]
    tell(
        say(
            f"本期核查 {hope['leads']} 条：优先必看 {bands['must']}、"
            f"按分核查 {bands['top']}、随机抽查 {bands['drawn']}；"
            f"预计属实 {hope['true']} 条（九成区间 {hope['low']}～{hope['high']}）。",
            f"{hope['leads']} leads to check: {bands['must']} must, "
            f"{bands['top']} by score, {bands['drawn']} by lot; expect {hope['true']} "
            f"true (90 %: {hope['low']} to {hope['high']}).",
        )
    )


@click.command()
@as_json
@guarded
def doctor(*, as_json: bool) -> None:
    """检查本机：引擎版本、字体、杂凑算法、放假安排。"""
    from pil_discovery.pipeline.diagnosis import diagnose

    looked = diagnose()
    if as_json:
        print_json([vars(item) for item in looked])
    else:
        click.echo(
            columns(("√" if i.ok else "×", i.what, i.value, i.remedy) for i in looked)
        )
    if not all(item.ok for item in looked):
        leave(PROBLEMS)


COMMANDS = (demo, init, check, scan, doctor)
