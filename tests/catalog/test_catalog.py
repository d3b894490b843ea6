from __future__ import annotations

import subprocess
import sys
import time

import pytest

from pil_discovery.catalog import load_catalog, models_folder
from pil_discovery.errors import CatalogError


def test_everything_loads(root):
    catalog = load_catalog(root=root)
    assert list(catalog.models) == ["land/unpaid"]
    assert catalog.mandates == {"none": ()}
    assert catalog.clocks["2021"]["reply"].number == 2
    assert catalog.routes["2021"]["admin"].steps[0].clock == "reply"


def test_a_second_load_is_the_same(root):
    first, second = load_catalog(root=root), load_catalog(root=root)
    assert first == second
    assert first.models["land/unpaid"] is second.models["land/unpaid"]


def test_mistakes_of_every_part_come_at_once(root):
    (root / "datasets" / "land" / "contract.yaml").write_text(
        "id: 1\n", encoding="utf-8"
    )
    (root / "law" / "ex.yaml").write_text("on: 1\n", encoding="utf-8")
    (root / "screening" / "land" / "unpaid.yaml").write_text("a: [\n", encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load_catalog(root=root)
    files = {p.file.split("/", 1)[1] for p in caught.value.problems}
    assert {"datasets/land/contract.yaml", "law/ex.yaml", "land/unpaid.yaml"} <= files


def test_the_folder_is_found_in_a_wheel_and_in_a_checkout(tmp_path):
    package = tmp_path / "site" / "pil_discovery"
    package.mkdir(parents=True)
    with pytest.raises(CatalogError, match="找不到随软件安装的 models 文件夹"):
        models_folder(package)
    (tmp_path / "site" / "models" / "datasets").mkdir(parents=True)
    assert models_folder(package) == tmp_path / "site" / "models"
    (package / "_models" / "datasets").mkdir(parents=True)
    assert models_folder(package) == package / "_models"


def test_law_and_data_sets_load_fast():
    code = (
        "import time; from pil_discovery.catalog import load_datasets, load_law\n"
        "t = time.process_time(); load_datasets(); load_law()\n"
        "print(time.process_time() - t)"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert float(done.stdout) < 1.5, time.perf_counter() - start
