"""Evidence bundles: exhibits, documents, seal, verification.

`build` writes one, `verify` checks one; both work on plain folders that a stranger can
check with `sha256sum` and a short Python program that travels inside.
"""

from pil_discovery.bundle.building import build
from pil_discovery.bundle.kinds import kinds, load_kind
from pil_discovery.bundle.requests import BundleRequest
from pil_discovery.bundle.verification import verify

__all__ = ["BundleRequest", "build", "kinds", "load_kind", "verify"]
