import pytest

from pil_discovery.errors import PilError
from pil_discovery.report.folder import appearing


def fill(out, word="new"):
    with appearing(out) as folder:
        (folder / "run.json").write_text(word, "utf-8")


def test_an_earlier_scan_is_replaced_whole(tmp_path):
    out = tmp_path / "out"
    fill(out, "old")
    (out / "left_over.txt").write_text("x", "utf-8")
    fill(out)
    assert [p.name for p in out.iterdir()] == ["run.json"]
    assert (out / "run.json").read_text("utf-8") == "new"


def test_a_failure_leaves_the_earlier_scan_untouched(tmp_path):
    out = tmp_path / "out"
    fill(out, "old")
    with pytest.raises(KeyboardInterrupt), appearing(out):
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (out / "run.json").read_text("utf-8") == "old"


def test_leftovers_are_swept_and_a_cut_rename_is_healed(tmp_path):
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial" / "junk").write_text("x", "utf-8")
    (tmp_path / ".out.old").mkdir()
    (tmp_path / ".out.old" / "run.json").write_text("old", "utf-8")
    out = tmp_path / "out"
    with pytest.raises(ValueError, match="stop"), appearing(out):
        raise ValueError("stop")
    assert (out / "run.json").read_text("utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_parents_are_made_and_an_empty_folder_is_used(tmp_path):
    (tmp_path / "a" / "out").mkdir(parents=True)
    fill(tmp_path / "a" / "out")
    fill(tmp_path / "b" / "c" / "out")
    assert (tmp_path / "b" / "c" / "out" / "run.json").is_file()


def test_a_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(PilError, match="不会覆盖"):
        fill(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_files_and_links_are_refused(tmp_path):
    file = tmp_path / "file"
    file.write_text("x", "utf-8")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    for out in (file, link):
        with pytest.raises(PilError, match="不是文件夹"):
            fill(out)


def test_a_path_with_control_characters_is_refused(tmp_path):
    with pytest.raises(PilError, match="控制字符"), appearing(tmp_path / "a\nb"):
        pass
    assert not list(tmp_path.iterdir())
