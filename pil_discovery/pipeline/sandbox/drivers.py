"""Which GDAL drivers a worker may load; all others are taken out before the import.

GDAL decides by content what a file is. A driver that is not loaded cannot be talked
into reading other files, running pipelines or calling servers. `GDAL_SKIP` and
`OGR_SKIP` name what to leave out, so every name that the two GDALs in the wheels know
(3.10 in rasterio, 3.12 in pyogrio) is listed here; the worker reports the names of a
newer GDAL that are missing, and is started again without those.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ALLOWED = frozenset(
    {
        "ENVI",
        "ESRI Shapefile",
        "FlatGeobuf",
        "GPKG",
        "GTiff",
        "JP2OpenJPEG",
        "MEM",
        "Memory",
        "OpenFileGDB",
    }
)
"""Formats that the readers open through GDAL; GeoJSON and KML have readers of ours."""

_VECTOR = """
ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,CAD,CSV,CSW,Carto,DGN,DXF,EDIGEO,EEDA,ESRIJSON,
Elasticsearch,GDALG,GML,GPSBabel,GPX,GTFS,GeoJSON,GeoJSONSeq,GeoRSS,HTTP,Idrisi,JML,
JSONFG,KML,LIBKML,LVBAG,MBTiles,MVT,MapInfo File,MapML,MiraMonVector,MySQL,NAS,NGW,
OAPIF,ODBC,ODS,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,PCIDSK,PDF,PDS4,PGDUMP,PLSCENES,
PMTiles,PostgreSQL,S57,SQLite,SVG,SXF,Selafin,TopoJSON,UK .NTF,VDV,VFK,VICAR,WAsP,WFS,
XLS,XLSX,XODR,Parquet,Arrow,AIVector,TIGER,REC,Interlis 1,Interlis 2,GMLAS,MSSQLSpatial
"""
_RASTER = """
AAIGrid,ACE2,ADRG,AIG,AirSAR,BAG,BASISU,BIGGIF,BLX,BMP,BSB,BT,BYN,CALS,CEOS,COASP,COG,
COSAR,CPG,CTG,CTable2,DAAS,DDS,DERIVED,DIMAP,DIPEx,DOQ1,DOQ2,DTED,ECRGTOC,EEDAI,EHdr,
EIR,ELAS,ERS,ESAT,ESRIC,EXR,FAST,FIT,FITS,GFF,GIF,GNMDatabase,GNMFile,GRASSASCIIGrid,
GRIB,GS7BG,GSAG,GSBG,GSC,GTI,GTX,GXF,GenBin,HDF4,HDF4Image,HDF5,HDF5Image,HEIF,HF2,HFA,
ILWIS,IRIS,ISCE,ISG,ISIS2,ISIS3,JAXAPALSAR,JDEM,JP2ECW,JP2KAK,JP2MrSID,JPEG,JPEGXL,
KEA,KMLSUPEROVERLAY,KRO,KTX2,L1B,LAN,LCP,LERC,LOSLAS,Leveller,MAP,MFF,MFF2,MRF,MSGN,
MiraMonRaster,NDF,NGSGEOID,NITF,NOAA_B,NSIDCbin,NTv2,NUMPY,NWT_GRC,NWT_GRD,OZI,PAux,
PCRaster,PDS,PLMOSAIC,PNG,PNM,PRF,PostGISRaster,R,RCM,RIK,RMF,ROI_PAC,RPFTOC,RRASTER,
RS2,RST,Rasterlite,S102,S104,S111,SAFE,SAGA,SAR_CEOS,SDTS,SENTINEL2,SGI,SIGDEM,
SNAP_TIFF,SNODAS,SRP,SRTMHGT,STACIT,STACTA,TGA,TIL,TSX,TileDB,Terragen,USGSDEM,VRT,WCS,
WEBP,WMS,WMTS,XPM,XYZ,ZMap,Zarr,netCDF
"""
KNOWN = frozenset(
    name.strip() for name in f"{_VECTOR},{_RASTER}".split(",") if name.strip()
)
_SETTINGS = {
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    "PROJ_NETWORK": "OFF",
}
_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(512 * 2**20),
}
"""Memory of one file is kept for the next: glibc would give it back and take it anew,
cleared page by page, many times a file. Other systems pass over both."""
_UNSAFE = ("GDAL_DRIVER_PATH", "OGR_DRIVER_PATH", "GDAL_CONFIG_FILE", "GDAL_DRIVER_DIR")


def environment(further: Iterable[str] = ()) -> dict[str, str]:
    """Return the environment in which a worker starts.

    Parameters
    ----------
    further
        Drivers to leave out that are not `KNOWN`.
    """
    names = ",".join(sorted(KNOWN | set(further)))
    kept = {k: v for k, v in os.environ.items() if k not in _UNSAFE}
    return {**_MEMORY, **kept, **_SETTINGS, "GDAL_SKIP": names, "OGR_SKIP": names}


def unexpected() -> list[str]:
    """Return the drivers that both GDALs of this process loaded beyond `ALLOWED`."""
    import pyogrio
    from rasterio.env import Env

    with Env() as env:
        loaded = {*pyogrio.list_drivers(), *env.drivers()}
    return sorted(loaded - ALLOWED)
