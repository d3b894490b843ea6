"""Archives that agencies send: unpacked beside them, or refused whole."""

from pil_discovery.pipeline.archives.folders import Unpacked, unpack
from pil_discovery.pipeline.archives.manifests import FOLDER, with_archive

__all__ = ["FOLDER", "Unpacked", "unpack", "with_archive"]
