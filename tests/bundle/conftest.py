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


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """A procuratorate with its key, an authority and a stamp, made by openssl."""
    from tests.bundle import authority

    return authority.found(tmp_path_factory.mktemp("pki") / "ca")


@pytest.fixture(scope="session")
def signer(office):
    """Who signs for that office."""
    from pil_discovery.bundle.signing import load_signer
    from tests.bundle import authority

    return load_signer(p12=office.p12, password=authority.PASSWORD)
