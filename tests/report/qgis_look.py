"""Open a project in QGIS, say what is there, draw it: run by the system Python."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize


def main(project_file, package, picture):
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    told = {"read": project.read(project_file), "layers": [], "groups": []}
    for group in project.layerTreeRoot().children():
        told["groups"].append(group.name())
    layers = [node.layer() for node in project.layerTreeRoot().findLayers()]
    for layer in layers:
        fields = layer.fields() if isinstance(layer, QgsVectorLayer) else []
        told["layers"].append(
            {
                "name": layer.name(),
                "valid": layer.isValid(),
                "crs": layer.crs().authid(),
                "renderer": layer.renderer().type(),
                "labels": bool(fields)
                and layer.labelsEnabled()
                and layer.labeling().settings().fieldName,
                "features": layer.featureCount() if fields else None,
                "aliases": {f.name(): f.alias() for f in fields if f.alias()},
            }
        )
    plain = QgsVectorLayer(f"{package}|layername=leads", "leads", "ogr")
    told["default"] = [plain.renderer().type(), plain.attributeAlias(1)]
    told["labels"] = plain.labelsEnabled() and plain.labeling().settings().fieldName
    told["description"] = plain.dataProvider().dataComment()
    settings = QgsMapSettings()
    settings.setLayers([layer for layer in layers if layer.isValid()])
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setOutputSize(QSize(900, 600))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    # leaving the ordinary way takes down objects that Python still holds
    application.processEvents()
    import os

    os._exit(0)


main(*sys.argv[1:])
