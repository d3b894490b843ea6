"""Every word that click prints has a Chinese counterpart."""

import ast
import gettext
from pathlib import Path

import click

LOCALE = Path(__file__).resolve().parents[2] / "pil_discovery" / "cli" / "locale"
INTERNAL = {
    # mistakes of the program, never shown to a user
    "",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.",
    "Boolean option {decl!r} cannot use the same flag for true/false.",
    "Could not determine name for option with declarations {decls!r}",
    "Invalid start character for option ({option})",
    "Name '{name}' defined twice",
    "d",
}


def words_of_click():
    for file in Path(click.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"
            if called and isinstance(node.args[0], ast.Constant):
                yield ast.literal_eval(node.args[0])


def test_no_english_is_left():
    chinese = gettext.translation("messages", LOCALE, languages=["zh_CN"])
    left = {w for w in words_of_click() if chinese.gettext(w) == w} - INTERNAL
    assert not {w for w in left if not w.startswith("No options defined")}
