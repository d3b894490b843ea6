from pathlib import Path

import pytest

from pil_discovery.maps import fonts
from pil_discovery.maps.canvas import text_width, wrap
from pil_discovery.maps.fonts import (
    FontError,
    demand_glyphs,
    find_fonts,
    load_font,
    missing_glyphs,
)


def test_rare_names_and_units_can_be_written():
    assert missing_glyphs("喆祎堃珺玥翀镕赟䶮㛃𬭎㎡㎥°×—“”〔〕") == ""


def test_missing_letters_are_named_once_in_order():
    assert missing_glyphs("甲\ue001乙\ue000\ue001") == "\ue001\ue000"
    with pytest.raises(FontError, match="U\\+E000"):
        demand_glyphs("张\ue000")


def test_the_simplified_face_in_regular_weight_is_taken():
    for path in find_fonts():
        family = load_font(path, 20).getname()[0]
        assert "CJK" not in family or family.endswith("SC")


def test_own_folder_comes_first(monkeypatch, tmp_path):
    source = find_fonts()[0]
    (tmp_path / source.name).symlink_to(source)
    monkeypatch.setenv("PIL_FONTS", str(tmp_path))
    assert find_fonts()[0] == tmp_path / source.name


def test_no_font_fails_loudly_with_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    monkeypatch.setattr(fonts, "_PACKAGE", "no_such_package_here")
    monkeypatch.setenv("PIL_FONTS", str(tmp_path))
    with pytest.raises(FontError, match="fonts-noto-cjk"):
        find_fonts()


def test_unreadable_font_files_are_passed_over(monkeypatch, tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    monkeypatch.setenv("PIL_FONTS", str(tmp_path))
    assert tmp_path / "broken.ttf" not in find_fonts()


def test_lines_break_within_the_width():
    text = "坐标系：CGCS2000 高斯—克吕格3度带，中央经线120°；统一按2%–98%拉伸。" * 3
    lines = wrap(text, 26, 600)
    assert "".join(lines) == text
    assert all(line[0] not in "，。；：、）" for line in lines)
    assert all(text_width(line, 26) <= 640 for line in lines)
    assert not any(line.startswith("8%") for line in lines)


def test_packaged_font_is_found_when_installed(monkeypatch):
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    packaged = fonts._packaged_fonts()
    if not packaged:
        pytest.skip("no packaged font")
    assert all(isinstance(path, Path) for path in packaged)
    assert fonts.covers(packaged[0], "检")
    assert not fonts.covers(packaged[0], "\ue000")
