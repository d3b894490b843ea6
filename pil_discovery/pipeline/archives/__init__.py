"""Archives that agencies send: unpacked beside them, or refused whole."""

from pil_discovery.pipeline.archives.folders import FOLDER, Unpacked, unpack, unpack_all
from pil_discovery.pipeline.archives.manifests import archive_of

__all__ = ["FOLDER", "Unpacked", "archive_of", "unpack", "unpack_all"]
