"""The notebook of the docs runs, and its outputs are those of today."""

import base64
import importlib.util
import json
import struct
from pathlib import Path

import pytest

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
WRITTEN = json.loads((HOW_TO / "notebook.ipynb").read_text("utf-8"))
AGAIN = "run: python docs/how-to/run_notebook.py"


def runner():
    spec = importlib.util.spec_from_file_location("runner", HOW_TO / "run_notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def done():
    return runner().run(WRITTEN)


def shown(notebook):
    """Return what the cells show; of pictures only their size: fonts differ."""
    codes = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    return [[data(o) for o in c["outputs"]] for c in codes]


def data(output):
    told = output.get("data", output.get("text"))
    if "image/png" in told:
        png = base64.b64decode(told["image/png"])
        return struct.unpack(">II", png[16:24])
    return told


def test_the_outputs_are_those_of_today(done):
    assert shown(done) == shown(WRITTEN), AGAIN


def test_it_shows_tables_a_lead_an_explanation_and_pictures(done):
    kinds = [tuple(o["data"]) for c in done["cells"] for o in c.get("outputs", ())]
    assert kinds.count(("image/png",)) == 2
    assert kinds.count(("text/html",)) >= 5
    told = json.dumps(shown(done), ensure_ascii=False)
    assert "待核查" in told
    assert "采购金额：376,300.00 元" in told


def test_it_is_a_notebook_of_format_4(done):
    assert (WRITTEN["nbformat"], WRITTEN["nbformat_minor"]) == (4, 5)
    ids = [c["id"] for c in WRITTEN["cells"]]
    assert len(set(ids)) == len(ids)
    codes = [c for c in WRITTEN["cells"] if c["cell_type"] == "code"]
    assert [c["execution_count"] for c in codes] == list(range(1, len(codes) + 1))
    for cell in codes:
        for output in cell["outputs"]:
            assert output["execution_count"] == cell["execution_count"]
