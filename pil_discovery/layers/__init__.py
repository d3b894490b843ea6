"""Vector files, coordinate tables and pictures → Layer, Table with places, Image."""

from pil_discovery.layers.doubts import suggest_crs
from pil_discovery.layers.files import sha256_of
from pil_discovery.layers.pictures import read_raster
from pil_discovery.layers.places import place_records
from pil_discovery.layers.surveys import survey_vector
from pil_discovery.layers.vectors import read_vector

__all__ = [
    "place_records",
    "read_raster",
    "read_vector",
    "sha256_of",
    "suggest_crs",
    "survey_vector",
]
