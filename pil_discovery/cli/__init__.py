"""The command line: parse, call, print. Nothing heavy is imported for `--help`."""

from __future__ import annotations

import gc
import os
import sys

from pil_discovery.cli.language import bind_language

_RARELY = (50_000, 20, 50)


def main() -> None:
    """Run `pil`, with exit codes 0, 1, 2, 3, 4, 70, 130."""
    for stream in (sys.stdout, sys.stderr):
        # a console of another code page prints «?» rather than ending in an error
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    # The catalogue and the libraries are objects that all live: see the worker.
    gc.set_threshold(*_RARELY)
    bind_language(_language(sys.argv, os.environ))
    from pil_discovery.cli.root import pil

    pil.main(prog_name="pil")


def _language(arguments: list[str], environment: os._Environ[str]) -> str:
    for before, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if before == "--lang":
            return value
        if before.startswith("--lang="):
            return before.removeprefix("--lang=")
    return environment.get("PIL_LANG", "zh")
