import sys
from pathlib import Path

import pytest

# Whatever starts pytest, `tests.bundle.factory` is importable.
sys.path.insert(0, str(Path(__file__).parents[2]))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """One finished bundle; tests that change it put it back."""
    from pil_discovery.bundle import build
    from tests.bundle import factory

    return build(factory.request(tmp_path_factory.mktemp("built")))
