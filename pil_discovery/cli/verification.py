"""The command that verifies evidence bundles, computes them again, opens an annex."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pil_discovery.cli.keys import key_options, seal_of
from pil_discovery.cli.language import say
from pil_discovery.cli.options import Day, as_json
from pil_discovery.cli.printing import PROBLEMS, guarded, leave, print_json, tell

if TYPE_CHECKING:
    import datetime as dt

    from pil_discovery.bundle.sealing import Seal
    from pil_discovery.types import BundleProblem

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument(
    "bundle",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="证据包...",
)
@click.option("--trust", type=_FILE, default=None, help="受信任的 CA 证书（PEM）")
@click.option("--root", default=None, metavar="散列", help="应有的根散列（SHA-256）")
@click.option(
    "--reproduce",
    is_flag=True,
    help="按包内记录的原始材料重新计算各项发现，逐项比较",
)
@click.option(
    "--workspace",
    type=_FOLDER,
    default=None,
    help="重新计算用的工作区（默认：包内的原始材料副本）",
)
@click.option(
    "--open",
    "labels",
    multiple=True,
    metavar="代号",
    help="打开密封附件中的一项，如 姓名1，可重复；要 --by、--on 和证书",
)
@click.option("--by", default=None, metavar="姓名", help="谁打开（记入附件旁的日志）")
@click.option("--on", type=Day(), default=None, help="哪一天打开（YYYY-MM-DD）")
@key_options
@as_json
@guarded
def verify(
    bundle: tuple[Path, ...],
    trust: Path | None,
    root: str | None,
    reproduce: bool,
    workspace: Path | None,
    labels: tuple[str, ...],
    by: str | None,
    on: dt.date | None,
    p12: Path | None,
    key: Path | None,
    cert: Path | None,
    *,
    as_json: bool,
) -> None:
    """验证证据包：任何改动、缺失、多出都会指出文件。"""
    from pil_discovery.pipeline.packing import verify_bundle

    if labels:
        _open_fields(bundle, labels, (by, on), seal_of(p12, key, cert, None), as_json)
        return
    verdicts = {str(b): verify_bundle(b, trust=trust, root=root) for b in bundle}
    if as_json and not reproduce:
        print_json(verdicts)
    for path, verdict in verdicts.items():
        tell(f"{_mark(verdict.ok)} {path}  {verdict.seal}  {verdict.root_sha256 or ''}")
        _list(path, verdict.problems)
    sound = all(v.ok for v in verdicts.values())
    if reproduce and sound:
        sound = _reproduced(bundle, workspace, as_json=as_json)
    if not sound:
        leave(PROBLEMS)


def _mark(ok: bool) -> str:
    return "√" if ok else "×"


def _list(path: str, problems: tuple[BundleProblem, ...]) -> None:
    for problem in problems:
        tell(f"  × {problem.file or path}：{problem.what}")


def _reproduced(
    bundles: tuple[Path, ...], workspace: Path | None, *, as_json: bool
) -> bool:
    from pil_discovery.pipeline.reproducing import reproduce

    answers = {str(b): reproduce(b, workspace=workspace) for b in bundles}
    if as_json:
        print_json(answers)
    for path, answer in answers.items():
        words = "重新计算结果一致" if answer.ok else "重新计算结果不同"
        tell(
            say(
                f"{_mark(answer.ok)} {path}  {answer.findings} 项发现，{words}",
                f"{_mark(answer.ok)} {path}  {answer.findings} findings computed again",
            )
        )
        _list(path, answer.problems)
    return all(a.ok for a in answers.values())


def _open_fields(
    annexes: tuple[Path, ...],
    labels: tuple[str, ...],
    note: tuple[str | None, dt.date | None],
    seal: Seal | None,
    as_json: bool,
) -> None:
    from pil_discovery.pipeline.packing import open_fields

    by, on = note
    if seal is None or by is None or on is None or len(annexes) != 1:
        raise click.UsageError(
            "--open 要一个密封附件，以及 --by、--on 和证书（--p12，或者 --key --cert）"
        )
    opened = open_fields(annexes[0], labels, seal, by=by, on=on)
    if as_json:
        print_json([vars(o) for o in opened])
    for one in opened:
        proof = "与证据包的承诺一致" if one.proven else "与证据包的承诺不一致"
        if not as_json:
            click.echo(f"{one.label}\t{one.value}\t{one.salt}")
        tell(f"{_mark(one.proven)} {one.label}：{proof}")
    if not all(o.proven for o in opened):
        leave(PROBLEMS)


COMMANDS = (verify,)
