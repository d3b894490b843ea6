"""Foreign files are read in a process of their own, which may crash, hang or refuse.

Nothing that an agency sends is opened by the process that holds the results: a worker
with few drivers, limited memory and time reads the file and hands typed rows back as
Arrow and JSON, never as pickle. Pixels alone are read again later, by the same two
drivers, of pictures that the worker has decoded whole.
"""

from pil_discovery.pipeline.sandbox.client import (
    read_raster,
    read_table,
    read_vector,
    survey_table,
    survey_vector,
    unpack,
)

__all__ = [
    "read_raster",
    "read_table",
    "read_vector",
    "survey_table",
    "survey_vector",
    "unpack",
]
