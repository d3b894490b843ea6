"""Vector files, PostGIS, coordinate tables, pictures → Layer, Table, Image."""

from pil_discovery.layers.databases import layer_of
from pil_discovery.layers.doubts import suggest_crs
from pil_discovery.layers.files import is_picture, sha256_of
from pil_discovery.layers.formats import FOREIGN_ENDINGS, VECTOR_DRIVERS, refusal
from pil_discovery.layers.headers import product_at
from pil_discovery.layers.pictures import read_raster
from pil_discovery.layers.places import place_records
from pil_discovery.layers.provenance import report_of
from pil_discovery.layers.stac import asset_paths
from pil_discovery.layers.surveys import survey_vector
from pil_discovery.layers.vectors import read_vector

__all__ = [
    "FOREIGN_ENDINGS",
    "VECTOR_DRIVERS",
    "asset_paths",
    "is_picture",
    "layer_of",
    "place_records",
    "product_at",
    "read_raster",
    "read_vector",
    "refusal",
    "report_of",
    "sha256_of",
    "suggest_crs",
    "survey_vector",
]
