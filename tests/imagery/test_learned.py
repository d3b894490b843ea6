"""Labels refine a map, whatever the windows; useless ones are refused in words."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pil_discovery.errors import ArgumentError, ImageError
from pil_discovery.imagery.change import detect_change
from pil_discovery.imagery.sampling import estimate_area, plan_samples
from tests.imagery.scenes import BARE, FIELD, scene, stripped

SIDE = 112
FAR = shapely.Point(600000.0, 3100000.0)


def harvested(seed):
    """Fields of which some ripened, and some lots that were built: what is asked.

    To IR-MAD both are change; only an expert knows that the harvest is none.
    """
    draw = np.random.default_rng(5)
    ripe = np.kron(draw.random((14, 14)) < 0.15, np.ones((8, 8))) > 0
    built = np.kron(draw.random((28, 28)) < 0.12, np.ones((4, 4))) > 0
    values = scene(seed)
    values += np.where(ripe & ~built, 1.0, 0.0) * (BARE - FIELD)[:, None, None]
    values += (
        np.where(built, 1.0, 0.0)
        * (np.array([0.2, 0.2, 0.2, 0.22, 0.24, 0.25]) - FIELD)[:, None, None]
    )
    return values, built


def points_of(rows, columns, truth, **more):
    x = 500000.0 + (np.asarray(columns) + 0.5) * 10.0
    y = 3100000.0 - (np.asarray(rows) + 0.5) * 10.0
    columns = {"changed": np.asarray(truth, dtype=bool), **more}
    return gpd.GeoDataFrame(columns, geometry=shapely.points(x, y), crs="EPSG:4549")


def labelled(truth, n, seed=0):
    """Draw n labels, half of them changed."""
    draw = np.random.default_rng(seed)
    parts = [np.flatnonzero(truth), np.flatnonzero(~truth)]
    at = np.concatenate([draw.choice(p, n // 2, replace=False) for p in parts])
    rows, columns = np.divmod(at, truth.shape[1])
    return points_of(rows, columns, truth.ravel()[at])


def f1(mask, truth):
    return 2 * (mask & truth).sum() / (mask.sum() + truth.sum())


@pytest.fixture
def season(picture):
    """A pair in which harvest hides construction, and the truth of it."""
    values, built = harvested(2)
    return picture(scene(1), "2024-05-10"), picture(values, "2025-05-12"), built


def test_labels_tell_construction_from_harvest(season):
    before, after, built = season
    plain = detect_change(before, after)
    labels = labelled(built, 80)
    change = detect_change(before, after, labels=labels)
    assert f1(plain.mask, built) < 0.8
    assert f1(change.mask, built) > 0.95
    gate = change.quality["labels"]
    assert (gate["n"], gate["changed"], gate["unchanged"]) == (80, 40, 40)
    assert gate["verdict"] == "ok"
    assert gate["f1_low"] <= gate["f1"] <= gate["f1_high"]
    assert gate["f1"] > 0.9
    assert set(gate["models"]) == {
        "extra_trees",
        "random_forest",
        "logistic_regression",
    }
    assert {"before:nir", "|mad1|", "root_z:5x5"} <= set(gate["features"])
    assert "80 个标注像元（变化 40 个、未变化 40 个）" in gate["reason"]
    # half of the labels show change, a ninth of the scene does
    assert gate["share"] == pytest.approx(built.mean(), abs=0.05)


def test_probability_is_calibrated_and_missing_without_labels(season):
    before, after, built = season
    change = detect_change(before, after, labels=labelled(built, 120))
    chance = change.probability
    assert chance.shape == built.shape
    assert np.mean((chance - built) ** 2) < 0.05
    assert detect_change(before, after).probability is None


@pytest.mark.parametrize("window", [13, 64, 1000])
def test_result_does_not_depend_on_windows_threads_or_order(season, window):
    before, after, built = season
    labels = labelled(built, 60)
    whole = detect_change(before, after, labels=labels)
    cut = detect_change(
        before, after, labels=labels.iloc[::-1], window=window, workers=2
    )
    assert np.array_equal(whole.marks.flags, cut.marks.flags)
    assert whole.patches.equals(cut.patches)
    assert whole.quality["labels"] == cut.quality["labels"]
    for left, right in zip(
        cut_probability(whole, 1000), cut_probability(whole, window), strict=True
    ):
        assert left == right


def cut_probability(change, side):
    """Return the bits of all probabilities, reckoned in windows of one side."""
    from pil_discovery.imagery.grids import windows

    values = np.full(change.grid.shape, np.nan)
    for part in windows(change.grid.shape, side):
        values[part.toslices()] = change.detector.rule.probability(part)
    return [values.tobytes()]


def test_every_kind_of_model_is_bit_identical_by_windows():
    from pil_discovery.imagery.refinement import KINDS, Pixels, _Lesson

    draw = np.random.default_rng(0)
    features = draw.normal(size=(9, 60))
    truth = features[0] + draw.normal(0, 0.3, 60) > 0
    scene_ = draw.normal(size=(9, 1000))
    for grow in KINDS.values():
        score = grow(_Lesson(Pixels(features, truth), np.ones(60), 0))
        whole = score(scene_)
        parts = [score(scene_[:, a : a + 7]) for a in range(0, 1000, 7)]
        assert whole.tobytes() == np.concatenate(parts).tobytes()


def test_labels_lift_the_abstention_from_visible_light(picture):
    rgb = ("blue", "green", "red")
    values, built = harvested(2)
    before = picture(scene(1)[:3], "2024-05-10", bands=rgb)
    after = picture(values[:3], "2025-05-12", bands=rgb)
    change = detect_change(before, after, labels=labelled(built, 100))
    assert change.quality["abstain"]["value"] is False
    assert change.patches["area_m2"].notna().all()
    assert f1(change.mask, built) > 0.85


def test_area_can_be_estimated_on_the_refined_map(season):
    before, after, built = season
    change = detect_change(before, after, labels=labelled(built, 80))
    samples = plan_samples(change, per_stratum=100)
    rows, columns = samples_at(change, samples)
    area = estimate_area(change, samples.assign(changed=built[rows, columns]))
    assert area.low_m2 <= built.sum() * 100.0 <= area.high_m2


def samples_at(change, samples):
    from pil_discovery.imagery.labels import pixels_under

    rows, columns, inside = pixels_under(samples, change.grid)
    assert inside.all()
    return rows, columns


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda p: p.iloc[:20], "可用的标注像元 20 个（变化 20 个、未变化 0 个）"),
        (lambda p: p[p["changed"]], "变化 40 个、未变化 0 个.*每类至少 5 个"),
        (lambda p: p.drop(columns="changed"), "没有 changed 列"),
        (lambda p: p.assign(changed="变化"), "changed 列只能是 true 或 false"),
        (
            lambda p: p.set_geometry(
                [*p.geometry[:1], FAR, *p.geometry[2:]], crs=p.crs
            ),
            "1 个标注点不在两期影像的共同范围内（第 2 个）",
        ),
        (lambda p: p.set_geometry(p.buffer(5)), "80 个标注点不是点（第 1、2、.*等）"),
        (
            lambda p: gpd.GeoDataFrame(
                {"changed": [*p["changed"], not p["changed"].iloc[0]]},
                geometry=[*p.geometry, p.geometry.iloc[0]],
                crs=p.crs,
            ),
            "2 个标注点与同一像元的其他标注矛盾（第 1、81 个）",
        ),
    ],
    ids=["few", "one-class", "no-column", "no-truth", "outside", "area", "twice"],
)
def test_labels_that_cannot_be_used_are_refused_in_words(season, spoil, sentence):
    before, after, built = season
    points = labelled(built, 80)
    with pytest.raises(ArgumentError, match=sentence):
        detect_change(before, after, labels=spoil(points))


def test_labels_on_cloud_are_counted_and_named(picture):
    values, built = harvested(2)
    cloud = np.zeros((SIDE, SIDE))
    cloud[:, :12] = 1
    before = picture(scene(1), "2024-05-10", cloud=cloud)
    after = picture(values, "2025-05-12", cloud=np.zeros((SIDE, SIDE)))
    labels = labelled(built, 80)
    clear = labels[labels.geometry.x > 500120.0]
    hidden = points_of([3, 60], [2, 11], [False, False])
    mixed = gpd.GeoDataFrame(
        {"changed": [*hidden["changed"], *clear["changed"]]},
        geometry=[*hidden.geometry, *clear.geometry],
        crs=labels.crs,
    )
    with pytest.raises(
        ArgumentError, match=r"2 个标注点落在云或者无数据处（第 1、2 个）"
    ):
        detect_change(before, after, labels=mixed)
    change = detect_change(before, after, labels=clear)
    assert not change.mask[:, :12].any()
    assert not change.valid[:, :12].any()


def test_labels_of_a_class_all_in_one_place_are_refused(season):
    before, after, _ = season
    draw = np.random.default_rng(1)
    rows, columns = draw.integers(0, SIDE, (2, 60))
    truth = np.zeros(60, dtype=bool)
    rows[:12], columns[:12] = np.divmod(np.arange(12), 4)
    truth[:12] = True
    with pytest.raises(ImageError, match="集中在一处"):
        detect_change(before, after, labels=points_of(rows, columns, truth))


def test_points_without_a_judgement_are_left_out_and_few_labels_flagged(season):
    before, after, built = season
    labels = labelled(built, 60).astype({"changed": "boolean"})
    labels.loc[labels.index[:10], "changed"] = None
    labels.loc[labels.index[-10:], "changed"] = None
    gate = detect_change(before, after, labels=labels).quality["labels"]
    assert (gate["n"], gate["unlabelled"]) == (40, 20)
    assert gate["verdict"] == "flag"
    assert "标注不足 50 个" in gate["reason"]
    assert "20 个点没有判读，未计入" in gate["reason"]


def test_labels_without_meaning_are_flagged(picture):
    before = picture(scene(1), "2024-05-10")
    after = picture(stripped(scene(2), slice(40, 60), slice(50, 80)), "2025-05-12")
    draw = np.random.default_rng(3)
    rows, columns = draw.integers(0, SIDE, (2, 80))
    labels = points_of(rows, columns, draw.random(80) < 0.5)
    labels = labels.drop_duplicates("geometry")
    gate = detect_change(before, after, labels=labels).quality["labels"]
    assert gate["verdict"] == "flag"
    assert "变化图只供定位" in gate["reason"]


def test_other_things_than_points_and_both_at_once_are_refused(season):
    before, after, built = season
    labels = labelled(built, 60)
    with pytest.raises(TypeError, match="expected a GeoDataFrame, not list"):
        detect_change(before, after, labels=[1, 2])
    with pytest.raises(ArgumentError, match="labels 和 mask 只能给一个"):
        detect_change(before, after, labels=labels, mask=labels)


def labels_at(image, truth, at):
    """Return labelled points on pixels by their place in a raster of truth."""
    rows, columns = np.divmod(at, truth.shape[1])
    x, y = image.transform @ (columns + 0.5, rows + 0.5)
    changed = {"changed": truth.ravel()[at]}
    return gpd.GeoDataFrame(changed, geometry=shapely.points(x, y), crs=image.crs)


def test_two_hundred_labels_on_taizhou_reach_the_bar(taizhou):
    before, after, *masks = taizhou
    plain = detect_change(before, after)
    assert f1(plain.mask & (masks[0] | masks[1]), masks[0]) >= 0.95
    scores = []
    for seed in range(2):
        draw = np.random.default_rng(seed)
        half = draw.permutation(np.arange(64) % 2 == 0).reshape(8, 8)
        learned = np.kron(half, np.ones((50, 50), dtype=bool))
        pool = np.flatnonzero((masks[0] | masks[1]) & learned)
        at = draw.choice(pool, 200, replace=False)
        labels = labels_at(before, masks[0], at)
        change = detect_change(before, after, labels=labels, seed=seed)
        judged = (masks[0] | masks[1]) & ~learned
        scores.append(f1(change.mask & judged, masks[0] & judged))
    assert np.mean(scores) >= 0.955


def test_what_labels_contradict_is_not_believed():
    from pil_discovery.imagery.learned import _belief, _trusted

    root_z = np.repeat([0.2, 2.0], 20)
    agreed = np.repeat([False, True], 20)
    assert _trusted(root_z, agreed) == (True, True)
    harvest = agreed.copy()
    harvest[20:30] = False
    assert _trusted(root_z, harvest) == (True, False)
    assert _trusted(root_z[:20], agreed[:20]) == (True, True)
    scene_ = np.arange(80.0).reshape(2, 40)
    belief = _belief(scene_, root_z, (True, False), seed=0)
    assert not belief.truth.any()
    assert belief.features.shape == (2, 20)


def test_a_few_labels_do_not_make_a_map_worse_than_none(taizhou):
    before, after, truth, unchanged = taizhou
    judged = truth | unchanged
    pool = np.flatnonzero(judged)
    at = np.random.default_rng(0).choice(pool, 50, replace=False)
    change = detect_change(before, after, labels=labels_at(before, truth, at))
    judged.ravel()[at] = False
    assert f1(change.mask & judged, truth & judged) > 0.95
