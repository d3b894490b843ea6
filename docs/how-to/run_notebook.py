"""Run the notebook of the docs and keep its outputs.

Call it as `python docs/how-to/run_notebook.py`.

The cells run one after the other in one namespace, beside a fresh copy of the sample,
and show what a notebook shows: the value of the last line, as picture, table or text.
"""

import ast
import base64
import contextlib
import io
import json
import os
import shutil
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
NOTEBOOK = HERE / "notebook.ipynb"
WIDEST, COLOURS = 1000, 96
SAMPLE = HERE.parents[1] / "sample_data" / "workspace"


def main() -> None:
    """Run the notebook and write it back with its outputs."""
    done = run(json.loads(NOTEBOOK.read_text("utf-8")))
    text = json.dumps(done, ensure_ascii=False, indent=1)
    NOTEBOOK.write_text(f"{text}\n", encoding="utf-8")


def run(notebook: dict) -> dict:
    """Return the notebook with the outputs of its cells."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as room:
        shutil.copytree(SAMPLE, Path(room) / "demo" / "workspace")
        os.chdir(room)
        try:
            names: dict = {}
            cells = [run_cell(cell, names) for cell in notebook["cells"]]
        finally:
            os.chdir(before)
    codes = [cell for cell in cells if cell["cell_type"] == "code"]
    for number, cell in enumerate(codes, 1):
        cell["execution_count"] = number
        for output in cell["outputs"]:
            if output["output_type"] == "execute_result":
                output["execution_count"] = number
    return {**notebook, "cells": cells}


def run_cell(cell: dict, names: dict) -> dict:
    """Run a cell in a namespace; what it prints and its last value are its outputs."""
    if cell["cell_type"] != "code":
        return cell
    tree = ast.parse("".join(cell["source"]))
    last = tree.body[-1]
    asked = ast.Expression(last.value) if isinstance(last, ast.Expr) else None
    body = ast.Module(tree.body[:-1] if asked else tree.body, type_ignores=[])
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(body, cell["id"], "exec"), names)  # noqa: S102 -- our own page
        value = None
        if asked:
            value = eval(compile(asked, cell["id"], "eval"), names)  # noqa: S307
    outputs = []
    if printed.getvalue():
        text = printed.getvalue().splitlines(keepends=True)
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if value is not None:
        outputs.append(
            {"output_type": "execute_result", "data": shown(value), "metadata": {}}
        )
    return {**cell, "outputs": outputs}


def shown(value: object) -> dict:
    """Return the richest form of a value."""
    if hasattr(value, "_repr_png_"):
        return {"image/png": base64.b64encode(small(value._repr_png_())).decode()}
    if hasattr(value, "_repr_html_"):
        return {"text/html": value._repr_html_().splitlines(keepends=True)}
    return {"text/plain": [repr(value)]}


def small(png: bytes) -> bytes:
    """Return a picture as wide as a page of the docs needs it, in few colours."""
    picture, file = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    picture.thumbnail((WIDEST, WIDEST))
    picture.quantize(COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
