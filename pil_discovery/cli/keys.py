"""Options that name the key of the office, and the seal made of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from pil_discovery.bundle.sealing import Seal

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_PASSWORD = "PIL_KEY_PASSWORD"  # noqa: S105 -- the name of a variable


def key_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that name the office's key; its password is never one."""
    options: tuple[Any, ...] = (
        click.option("--cert", type=_FILE, default=None, help="检察院的证书（PEM）"),
        click.option(
            "--key",
            type=_FILE,
            default=None,
            help="私钥（PEM）；口令取 PIL_KEY_PASSWORD，没有就提示输入",
        ),
        click.option(
            "--p12", type=_FILE, default=None, help="PKCS#12 文件：私钥连同证书"
        ),
    )
    for option in options:
        command = option(command)
    return command


def seal_of(
    p12: Path | None, key: Path | None, cert: Path | None, tsa: str | None
) -> Seal | None:
    """Return the seal that the options name, asking for the password; None without."""
    if p12 is None and key is None and cert is None:
        return None
    from pil_discovery.errors import BundleError
    from pil_discovery.pipeline.packing import office_seal

    given = {"p12": p12, "key": key, "cert": cert, "tsa": tsa}
    try:
        return office_seal(**given)  # type: ignore[arg-type]
    except BundleError:
        if os.environ.get(_PASSWORD) or not sys.stdin.isatty():
            raise
        asked = click.prompt("私钥口令", hide_input=True, err=True)
        return office_seal(**given, password=asked)  # type: ignore[arg-type]
