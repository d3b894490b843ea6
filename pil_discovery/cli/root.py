"""The commands of `pil`; each is one library call."""

from __future__ import annotations

import click

from pil_discovery.cli import (
    authoring,
    bundles,
    cases,
    exchange,
    laws,
    models,
    procedures,
    reports,
    results,
    scores,
    subjects,
    verification,
    workspaces,
)
from pil_discovery.cli.language import say

SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "auto_envvar_prefix": "PIL",
    "max_content_width": 100,
}


@click.group(context_settings=SETTINGS, no_args_is_help=True)
@click.version_option(package_name="pil_discovery", prog_name="pil")
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    expose_value=False,
    help="语言 / language",
)
def pil() -> None:
    """公益诉讼线索筛查与证据打包（离线）。

    \b
    从这里开始：
      pil demo                      在内置示例区走完全程
      pil init 我的工作区            建一个工作区
      pil check 我的工作区           看清每个文件读到了什么
      pil scan 我的工作区 -o 结果     筛查
    """


for command in (
    *workspaces.COMMANDS,
    *results.COMMANDS,
    *bundles.COMMANDS,
    *verification.COMMANDS,
    *scores.COMMANDS,
    *subjects.COMMANDS,
    models.models,
    laws.law,
    cases.case,
    reports.report,
):
    pil.add_command(command)
for command in authoring.COMMANDS:
    models.models.add_command(command)
for command in exchange.COMMANDS:
    cases.case.add_command(command)
for command in procedures.COMMANDS:
    laws.law.add_command(command)


def _translate(command: click.Command) -> None:
    """Write the usage line in the chosen language, for sub-commands too."""
    command.options_metavar = say("[选项]", "[OPTIONS]")
    if isinstance(command, click.Group):
        command.subcommand_metavar = say("命令 [参数]...", "COMMAND [ARGS]...")
        for sub in command.commands.values():
            _translate(sub)


_translate(pil)
