"""Bags of others, rebuilt case by case after the suite of the Library of Congress."""

import hashlib
import unicodedata

import pytest

from pil_discovery.bundle.foreign import check_bag

TEXT, MORE = b"one\n", b"two\n"
LIST = "manifest-sha256.txt"


def bag(folder, *, version="0.97", encoding="UTF-8", **changes):
    """A plain bag with some files otherwise; None takes a file away."""
    files = {
        "bagit.txt": declaration(version, encoding),
        "bag-info.txt": b"Source-Organization: Example\n",
        "data/a.txt": TEXT,
        LIST: entry("data/a.txt"),
    }
    files |= changes.pop("files", {})
    for name, data in files.items():
        if data is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    (folder / "data").mkdir(exist_ok=True)
    return folder


def declaration(version="0.97", encoding="UTF-8"):
    text = f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n"
    return text.encode()


def entry(name, data=TEXT, kind="sha256", gap="  "):
    return f"{hashlib.new(kind, data).hexdigest()}{gap}{name}\n".encode()


def fetch(path):
    return {"fetch.txt": f"https://example.org/a 4 {path}\n".encode()}


NFC, NFD = (unicodedata.normalize(f, "data/é.txt") for f in ("NFC", "NFD"))
TWICE = entry("data/a.txt") * 2
OTHER = entry("data/a.txt") + entry("data/a.txt", MORE)
INFO = b"A: 1\nA: 2\nB :3\nC:4\n  more of it\n"

VALID = {
    "basic": {},
    "version 0.93": {"version": "0.93"},
    "version 1.0": {"version": "1.0"},
    "duplicate metadata": {"files": {"bag-info.txt": INFO}},
    "minimal": {"files": {"bag-info.txt": None}},
    "holey with all files": {"files": fetch("data/a.txt")},
    "blank in a name": {
        "files": {"data/a b.txt": TEXT, LIST: entry("data/a b.txt"), "data/a.txt": None}
    },
    "written name": {
        "files": {
            "data/a\rb%.txt": TEXT,
            LIST: entry("data/a%0Db%25.txt"),
            "data/a.txt": None,
        }
    },
    "bag in a bag": {
        "files": {
            "data/in/bagit.txt": declaration(),
            "data/in/data/b": MORE,
            LIST: entry("data/a.txt")
            + entry("data/in/bagit.txt", declaration())
            + entry("data/in/data/b", MORE),
        }
    },
    "tags in UTF-16": {
        "encoding": "UTF-16",
        "files": {
            LIST: entry("data/a.txt").decode().encode("utf-16"),
            "bag-info.txt": "A: 示例\n".encode("utf-16"),
        },
    },
    "tags in Latin 1": {
        "encoding": "ISO-8859-1",
        "files": {"bag-info.txt": "A: é\n".encode("latin-1")},
    },
    "two manifests": {
        "files": {"manifest-md5.txt": entry("data/a.txt", kind="md5")},
        "version": "1.0",
    },
    "tag manifest": {
        "files": {"tagmanifest-sha256.txt": entry("bagit.txt", declaration())}
    },
}
WARNED = {
    "leading dot": {"files": {LIST: entry("./data/a.txt")}},
    "other case": {"files": {LIST: entry("data/a.txt") + entry("data/A.txt")}},
    "md5sum tools": {"files": {LIST: entry("data/a.txt", gap=" *")}},
    "listed twice": {"files": {LIST: TWICE}},
    "other normal form": {
        "files": {NFC: TEXT, LIST: entry("data/a.txt") + entry(NFC) + entry(NFD)}
    },
    "system files": {
        "files": {LIST: entry("data/a.txt") + entry("data/.DS_Store", b"")}
    },
}
INVALID = {
    "no encoding": {"files": {"bagit.txt": b"BagIt-Version: 0.97\n"}},
    "byte order mark": {"files": {"bagit.txt": b"\xef\xbb\xbf" + declaration()}},
    "blanks in the declaration": {
        "files": {"bagit.txt": b"BagIt-Version : 1.0\n" + declaration()[20:]}
    },
    "changed file": {"files": {"data/a.txt": MORE}},
    "changed tag file": {
        "files": {"tagmanifest-sha256.txt": entry("bag-info.txt", MORE)}
    },
    "file that is not listed": {"files": {"data/b.txt": MORE}},
    "missing file": {"files": {"data/a.txt": None}},
    "unknown version": {"version": "9.9"},
    "no version": {"version": "x"},
    "missing tag file": {
        "files": {
            "bag-info.txt": None,
            "tagmanifest-sha256.txt": entry("bag-info.txt", TEXT),
        }
    },
    "no declaration": {"files": {"bagit.txt": None}},
    "no manifest": {"files": {LIST: None}},
    "twice with other hashes": {"files": {LIST: OTHER}},
    "twice in 1.0": {"version": "1.0", "files": {LIST: TWICE}},
    "twice with other hashes in 1.0": {"version": "1.0", "files": {LIST: OTHER}},
    "not in all manifests": {
        "version": "1.0",
        "files": {"data/b": MORE, LIST: entry("data/a.txt") + entry("data/b", MORE)}
        | {"manifest-md5.txt": entry("data/a.txt", kind="md5")},
    },
    "unknown algorithm": {"files": {"manifest-rot13.txt": entry("data/a.txt")}},
}
OUTSIDE = (
    *("../a.txt", "data/../../a.txt", "/etc/passwd", "~/a.txt", "~root/a.txt"),
    *("C:\\a.txt", "C:/a.txt", "%HOMEDRIVE%\\a.txt", "\\\\host\\share\\a.txt"),
)


@pytest.mark.parametrize("case", VALID.values(), ids=VALID)
def test_what_the_standard_allows_passes_without_a_word(tmp_path, case):
    answer = check_bag(bag(tmp_path, **case))
    assert (answer.errors, answer.warnings) == ([], [])


@pytest.mark.parametrize("case", WARNED.values(), ids=WARNED)
def test_what_only_looks_wrong_is_a_warning(tmp_path, case):
    answer = check_bag(bag(tmp_path, **case))
    assert answer.errors == []
    assert answer.warnings


@pytest.mark.parametrize("case", INVALID.values(), ids=INVALID)
def test_what_the_standard_forbids_is_refused(tmp_path, case):
    assert check_bag(bag(tmp_path, **case)).errors


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("where", ["manifest", "fetch"])
def test_paths_out_of_the_bag_are_refused(tmp_path, path, where):
    listed = {LIST: entry("data/a.txt") + entry(path)}
    files = listed if where == "manifest" else fetch(path)
    errors = check_bag(bag(tmp_path, files=files)).errors
    assert any("outside of the bag" in e for e in errors)
