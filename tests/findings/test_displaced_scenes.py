"""No model that rests on pictures alone takes a displaced picture for a change."""

import pytest

from pil_discovery.catalog import load_catalog
from pil_discovery.findings import run_example
from pil_discovery.pipeline.identifying import NameLinker
from pil_discovery.types.restoration import RestorationStep
from pil_discovery.types.steps import ChangeStep

CATALOG = load_catalog()
MOVED_PX = (0, 2)
LEAST_SIDE_PX = 220
"""From here on a displacement of two pixels can be measured."""


def _rests_on_change_alone(model):
    """Tell models that a comparison of pictures decides from those with other ways."""
    compares = any(isinstance(step, ChangeStep) for step in model.steps)
    follows = any(isinstance(step, RestorationStep) for step in model.steps)
    return model.evidence == "imagery" and compares and not follows


def _example_with_hits(model):
    return next(
        e
        for e in model.examples
        if e.images and e.expect.hit and all(i.moved == (0, 0) for i in e.images)
    )


def _wider(image, frame, moved):
    """Put ground with fields around a scene, and displace what it shows."""

    def inside(block):
        return tuple(place + frame for place in block)

    left, top = image.origin
    patches = (p.model_copy(update={"block": inside(p.block)}) for p in image.patches)
    return image.model_copy(
        update={
            "size": tuple(side + 2 * frame for side in image.size),
            "origin": (left - frame * image.pixel_m, top + frame * image.pixel_m),
            "patches": tuple(patches),
            "cloud": tuple(inside(block) for block in image.cloud),
            "texture": 0.2,
            "noise": image.noise or 0.004,
            "moved": moved,
        }
    )


def _states(model, example, moved):
    images = sorted(example.images, key=lambda image: image.acquired)
    frame = max(0, -(-(LEAST_SIDE_PX - min(images[0].size)) // 2))
    wide = [
        _wider(image, frame, moved if number else (0, 0))
        for number, image in enumerate(images)
    ]
    scene = example.model_copy(update={"images": tuple(wide)})
    found = run_example(model, scene, CATALOG.datasets, linker=NameLinker()).findings
    return [finding.state for finding in found]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=model.code)
        for model in CATALOG.models.values()
        if _rests_on_change_alone(model)
    ],
)
def test_a_displaced_picture_is_refused(model):
    example = _example_with_hits(model)
    assert "hit" in _states(model, example, (0, 0))
    assert "hit" not in _states(model, example, MOVED_PX)
