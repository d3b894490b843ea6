"""Words on stderr, data on stdout, and an exit code that says what happened."""

from __future__ import annotations

import errno
import functools
import json
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pil_discovery.cli.language import say
from pil_discovery.errors import PilError
from pil_discovery.text.layout import width_of, wrap
from pil_discovery.text.resident_numbers import mask_persons

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pil_discovery.errors import Problem

PROBLEMS, USAGE, REFUSED, PARTIAL, INTERNAL, INTERRUPTED = 1, 2, 3, 4, 70, 130
_SLOW_S = 2.0
_NARROWEST, _WIDEST = 60, 100


def tell(text: str) -> None:
    """Write a sentence to stderr; identity numbers of persons are masked."""
    click.echo(mask_persons(text), err=True)


def print_json(value: object) -> None:
    """Write one JSON document to stdout; no character is lost on any console."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=_plain)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=1, default=_plain)
    click.echo(text)


def _plain(value: object) -> object:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    return str(value)


def leave(code: int) -> NoReturn:
    """End the command with an exit code."""
    raise SystemExit(code)


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn errors into sentences and exit codes: never a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- wraps any command
        try:
            return command(*args, **kwargs)
        except PilError as error:
            list_problems(error.problems)
            leave(error.exit_code)
        except KeyboardInterrupt:
            tell(
                say(
                    "已中断；没有留下半成品。",
                    "Interrupted; nothing half-done is left.",
                )
            )
            leave(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, SystemExit):
            raise
        except BrokenPipeError:  # the reader of stdout has gone; click ends quietly
            raise
        except OSError as error:
            _report_refusal(error)
            leave(USAGE)
        except Exception as error:  # noqa: BLE001 -- the last line of defence
            _report_defect(error)
            leave(INTERNAL)

    return run


def list_problems(problems: Sequence[Problem]) -> None:
    """Write each problem to stderr: file, place, what is wrong, what to do."""
    for problem in problems:
        where = f"{problem.file}：" if problem.file else ""
        place = f"{problem.where}：" if problem.where else ""
        remedy = f" → {problem.remedy}" if problem.remedy else ""
        tell(f"× {where}{place}{problem.what}{remedy}")
    if len(problems) > 1:
        tell(say(f"共 {len(problems)} 处问题。", f"{len(problems)} problems."))


_REFUSALS = {
    errno.EACCES: ("没有权限", "请换一个文件夹，或检查权限"),
    errno.EPERM: ("没有权限", "请换一个文件夹，或检查权限"),
    errno.EROFS: ("磁盘是只读的", "请换一个文件夹"),
    errno.ENOSPC: ("磁盘空间不足", "请清理磁盘后重试"),
    errno.EDQUOT: ("磁盘配额已用完", "请清理磁盘后重试"),
    errno.ENAMETOOLONG: ("文件名太长", "请换一个短的名称"),
    errno.ENOTDIR: ("路径中有一段是文件，不是文件夹", "请核对路径"),
    errno.EISDIR: ("这是文件夹，不是文件", "请移走或改名"),
    errno.ENOENT: ("没有这个文件或文件夹", "请核对路径"),
}


def _report_refusal(error: OSError) -> None:
    """Say what the file system refused; such an error is no defect of the program."""
    place = f"{error.filename}：" if error.filename else ""
    known = _REFUSALS.get(error.errno or 0)
    what, remedy = known or (f"读写失败（{error}）", "请核对路径、权限和磁盘")
    tell(
        say(
            f"× {place}{what} → {remedy}",
            f"× {place}{error.strerror or error}",
        )
    )


def _report_defect(error: Exception) -> None:
    tell(
        say(
            f"× 程序内部错误（{type(error).__name__}：{error}）。结果没有写出。"
            " 请把这句话和所用命令告诉维护人员。",
            f"× Internal error ({type(error).__name__}: {error}). Nothing was written.",
        )
    )


class Progress:
    """A bar on stderr, shown only on a terminal and only when work takes long."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Say what is being done, and how far it is."""
        if not sys.stderr.isatty() or time.monotonic() - self._started < _SLOW_S:
            return
        if self._bar is None:
            self._bar, self._task = _new_bar()
        self._bar.update(self._task, description=what, completed=done, total=total)


def _new_bar() -> tuple[Any, Any]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.start()
    return bar, bar.add_task("", total=None)


def columns(rows: Iterable[Iterable[object]]) -> str:
    """Lay rows out in columns; a Chinese character is two wide."""
    cells = [[one_line(str(c)) for c in row] for row in rows]
    if not cells:
        return ""
    widths = [max(width_of(r[i]) for r in cells) for i in range(len(cells[0]))]
    return "\n".join(
        "  ".join(
            c + " " * (w - width_of(c)) for c, w in zip(r, widths, strict=True)
        ).rstrip()
        for r in cells
    )


def one_line(text: str) -> str:
    """Return text from a source so that it cannot steer a terminal or break a line."""
    import unicodedata

    return "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)


def terminal_width() -> int:
    """Return the columns of the terminal (or `COLUMNS`), 100 where there is none."""
    told = shutil.get_terminal_size((_WIDEST, 24)).columns
    return min(max(told, _NARROWEST), _WIDEST)


def wrapped(text: str) -> str:
    """Break a long line at the width of the terminal; further lines are indented."""
    first, *more = wrap(one_line(text), terminal_width() - 2)
    return "\n".join([first, *(f"  {line}" for line in more)])
