"""The pictures of README and docs are there, small, shown, drawn by their script."""

import ast
import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.png"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MOST_BYTES = 300_000


def shown():
    return {
        (page.parent / link).resolve()
        for page in PAGES
        for link in re.findall(r"!\[[^]]+\]\(([^)]+)\)", page.read_text("utf-8"))
    }


def test_every_picture_is_shown_and_every_link_leads_to_one():
    assert shown() == {path.resolve() for path in PICTURES}


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_small_and_tells_no_time(path):
    assert path.stat().st_size <= MOST_BYTES
    with Image.open(path) as picture:
        assert max(picture.size) <= 1366
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 20
    assert b"tIME" not in path.read_bytes()


def test_the_script_names_what_is_there():
    script = (ROOT / "docs" / "pictures" / "draw.py").read_text("utf-8")
    texts = {
        n.value for n in ast.walk(ast.parse(script)) if isinstance(n, ast.Constant)
    }
    assert {path.stem for path in PICTURES} <= texts
