"""Draw the pictures of README and docs from a demo: `python docs/pictures/draw.py DIR`.

DIR is what `pil demo DIR` wrote. The review page needs Chromium with playwright, the
document poppler, as the tests do; the same demo gives the same pictures.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from pil_discovery.pipeline.drawing import draw_pictures, draw_scan
from pil_discovery.report import read_scan

HERE = Path(__file__).parent
LEAD, SITE = "ENV-01", "ENV-02"
"""A lead that pictures stand behind, and one with zones around it."""
SIZE, COLOURS = (1366, 1200), 224


def main(demo: str) -> None:
    """Write all pictures beside this file."""
    with tempfile.TemporaryDirectory() as room:
        drawn = sheets(Path(demo) / "out", Path(room))
        drawn["review"] = look_at(Path(demo) / "out", Path(room))
        drawn["run"] = photograph(Path(demo) / "out" / "run.html", Path(room))
        drawn["suggestion"] = first_sheet(Path(demo) / "bundle", Path(room))
        for name, path in drawn.items():
            shrunk(path).save(HERE / f"{name}.png", optimize=True)


def sheets(out: Path, room: Path) -> dict[str, Path]:
    """Draw overview, agencies, map, plate and score; name in the docs → file."""
    overview, agencies = draw_scan(out, room)
    plate = draw_pictures(out, lead_of(out, LEAD), room / LEAD)
    site = draw_pictures(out, lead_of(out, SITE), room / SITE)
    return {
        "overview": overview,
        "agencies": agencies,
        "map": one(site, "位置图"),
        "plate": one(plate, "前后对比图"),
        "score": one(site, "得分构成"),
    }


def lead_of(out: Path, code: str) -> str:
    """Return the id of the first single lead of a model."""
    leads = read_scan(out)[2]
    return next(x.lead_id for x in leads if x.code == code and x.kind == "single")


def one(paths: list[Path], name: str) -> Path:
    """Return the file with a word in its name."""
    return next(path for path in paths if name in path.name)


def shrunk(path: Path) -> Image.Image:
    """Return a picture of the size and the colours that a page can bear."""
    small = Image.open(path).convert("RGB")
    small.thumbnail(SIZE)
    return small.quantize(COLOURS)


def look_at(out: Path, room: Path) -> Path:
    """Photograph the page with a lead chosen."""
    from tests.browser import Opened, started, until

    lead_id = lead_of(out, LEAD)
    target = room / "page.png"
    with started() as browser:
        one = Opened(browser, out / "review.html")
        one.page.fill("#search", LEAD)
        row = f'tr[data-lead-id="{lead_id}"]'
        one.page.wait_for_selector(row)
        one.page.click(row)
        until(one.page, f"document.documentElement.dataset.lead === '{lead_id}'")
        one.page.click("#near")
        one.page.evaluate("document.querySelector('.swipe').scrollIntoView()")
        one.settle()
        one.page.screenshot(path=target)
        one.close()
    return target


def photograph(page: Path, room: Path) -> Path:
    """Photograph the head of a page without a script."""
    from tests.browser import started

    target = room / "run.png"
    with started() as browser:
        view = browser.new_page(viewport={"width": 1366, "height": 768})
        view.goto(page.resolve().as_uri())
        view.screenshot(path=target)
    return target


def first_sheet(bundles: Path, room: Path) -> Path:
    """Return the first sheet of the suggestion as a picture."""
    document = next(p for p in sorted(bundles.rglob("*.pdf")) if "建议" in p.name)
    target = room / "sheet"
    command = ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png"]
    subprocess.run([*command, str(document), str(target)], check=True)  # noqa: S603
    return target.with_suffix(".png")


if __name__ == "__main__":
    main(sys.argv[1])
