"""Draw the pictures of README and docs from a demo: `python docs/pictures/draw.py DIR`.

DIR is what `pil demo DIR` wrote. Needs the tools of the tests: Chromium with playwright
for the page, poppler for the document.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from pil_discovery.pipeline.drawing import draw_pictures
from pil_discovery.report import read_scan
from tests.browser import Opened, started, until

HERE = Path(__file__).parent
LEAD = "ENV-01"
"""A lead that pictures and layers stand behind."""


def main(demo: str) -> None:
    """Write `review.png`, `run.png`, `plate.png` and `suggestion.png` here."""
    out = Path(demo) / "out"
    lead = next(x for x in read_scan(out)[2] if x.code == LEAD and x.kind == "single")
    with tempfile.TemporaryDirectory() as room:
        page = Path(room) / "page.png"
        look_at(out / "review.html", lead.lead_id, page)
        report = Path(room) / "run.png"
        photograph(out / "run.html", report)
        plate = draw_pictures(out, lead.lead_id, room)[0]
        drawn = {"review.png": page, "run.png": report, "plate.png": plate}
        drawn["suggestion.png"] = first_sheet(Path(demo) / "bundle", Path(room))
        for name, path in drawn.items():
            small = Image.open(path).convert("RGB")
            small.thumbnail((1366, 1200))
            small.quantize(224).save(HERE / name, optimize=True)


def look_at(page: Path, lead_id: str, target: Path) -> None:
    """Photograph the page with a lead chosen."""
    with started() as browser:
        one = Opened(browser, page)
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


def photograph(page: Path, target: Path) -> None:
    """Photograph the head of a page without a script."""
    with started() as browser:
        view = browser.new_page(viewport={"width": 1366, "height": 768})
        view.goto(page.resolve().as_uri())
        view.screenshot(path=target)


def first_sheet(bundles: Path, room: Path) -> Path:
    """Return the first sheet of the suggestion as a picture."""
    document = next(p for p in sorted(bundles.rglob("*.pdf")) if "建议" in p.name)
    target = room / "sheet"
    command = ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png"]
    subprocess.run([*command, str(document), str(target)], check=True)  # noqa: S603
    return target.with_suffix(".png")


if __name__ == "__main__":
    main(sys.argv[1])
