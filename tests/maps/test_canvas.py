import numpy as np
import pytest
import shapely

from pil_discovery.maps.canvas import Canvas, Pen

BOX = (0.0, 0.0, 200.0, 200.0)
FIELD = shapely.box(40, 40, 160, 160)
MARK = shapely.Point(50, 50)


def drawn(shape):
    canvas = Canvas(200, 200)
    canvas.outline(shape, Pen("#ff0000", 3), BOX)
    return np.asarray(canvas.image)


@pytest.mark.parametrize(
    "mixed",
    [
        shapely.GeometryCollection([FIELD, MARK]),
        shapely.GeometryCollection([shapely.GeometryCollection([MARK, FIELD])]),
    ],
)
def test_a_mixed_shape_is_outlined_like_its_polygon(mixed):
    assert np.array_equal(drawn(mixed), drawn(FIELD))


def test_an_outline_shows():
    assert (drawn(FIELD)[40, 100] == (255, 0, 0)).all()
    assert (drawn(FIELD)[100, 100] == (255, 255, 255)).all()
