"""Ways to change a bundle behind its back; each puts everything back afterwards."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from hashlib import sha256

from pil_discovery.bundle import bags
from pil_discovery.bundle.seal_checks import MANIFEST, SEAL_FILES, TAGMANIFEST


def files(folder):
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


@contextmanager
def replaced(path, data):
    """Other content in one file; the old comes back afterwards."""
    old, mode = path.read_bytes(), path.stat().st_mode
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    try:
        yield
    finally:
        if path.is_symlink() or path.exists():
            path.unlink()
        path.write_bytes(old)
        path.chmod(mode)


@contextmanager
def gone_after(path):
    try:
        yield path
    finally:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def flip(folder, rng):
    path = rng.choice(files(folder))
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return replaced(path, bytes(data))


def truncate(folder, rng):
    path = rng.choice(files(folder))
    data = path.read_bytes()
    return replaced(path, data[: rng.randrange(len(data))])


def append(folder, rng):
    path = rng.choice(files(folder))
    return replaced(
        path, path.read_bytes() + rng.choice([b"\n", b"\0", b" ", b"x" * 99])
    )


def delete(folder, rng):
    return replaced(rng.choice(files(folder)), None)


@contextmanager
def add(folder, rng):
    place = rng.choice([folder, *(p for p in folder.rglob("*") if p.is_dir())])
    names = [f"{rng.random()}", ".x", "signature.p7s", "timestamp.tsr", "log-head.json"]
    free = [n for n in names if not (place / n).exists()]
    with gone_after(place / rng.choice(free)) as path:
        path.write_bytes(rng.randbytes(rng.randrange(40)))
        yield


@contextmanager
def rename(folder, rng):
    path = rng.choice(files(folder))
    new = path.with_name(
        rng.choice([path.name + "~", path.name[::-1], path.name.upper() + "X"])
    )
    path.rename(new)
    try:
        yield
    finally:
        new.rename(path)


@contextmanager
def swap(folder, rng):
    first, second = rng.sample(files(folder), 2)
    third = first.with_name("swap")
    first.rename(third), second.rename(first), third.rename(second)
    try:
        yield
    finally:
        second.rename(third), first.rename(second), third.rename(first)


@contextmanager
def empty_folder(folder, rng):
    place = rng.choice([folder, *(p for p in folder.rglob("*") if p.is_dir())])
    with gone_after(place / rng.choice(["05_送达回复", "x", ".git"])) as path:
        path.mkdir()
        yield


@contextmanager
def symlink(folder, rng):
    path = rng.choice(files(folder))
    aside = folder.parent / "aside"
    path.rename(aside)
    path.symlink_to(aside)
    try:
        yield
    finally:
        path.unlink()
        aside.rename(path)


@contextmanager
def hardlink(folder, rng):
    with gone_after(folder.parent / "link") as link:
        os.link(rng.choice(files(folder)), link)
        yield


@contextmanager
def twin(folder, rng):
    path = rng.choice([p for p in files(folder) if p.name != p.name.swapcase()])
    with gone_after(path.with_name(path.name.swapcase())) as other:
        shutil.copyfile(path, other)
        yield


def reorder(folder, rng):
    path = folder / rng.choice([MANIFEST, TAGMANIFEST])
    lines = path.read_bytes().splitlines(keepends=True)
    first, second = rng.sample(range(len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return replaced(path, b"".join(lines))


def rewrite_line(folder, rng):
    path = folder / rng.choice([MANIFEST, TAGMANIFEST])
    lines = path.read_bytes().splitlines(keepends=True)
    n = rng.randrange(len(lines))
    line = lines[n]
    lines[n] = rng.choice(
        [
            line.upper(),
            line.replace(b"  ", b" *"),
            line.replace(b"\n", b"\r\n"),
            line + line,
            b"",
            line.replace(b"  ", b"  ./"),
            line.replace(b"  ", b"  ../"),
            b"\\" + line,
            line.replace(b"  ", b"  /"),
            b"\n" + line,
        ]
    )
    return replaced(path, b"".join(lines))


@contextmanager
def rehash(folder, rng):
    """The whole bundle rewritten with sound manifests: only the root sees it."""
    path = rng.choice([p for p in files(folder) if "data" in p.parts])
    listed = folder / MANIFEST
    data = path.read_bytes() + b"x"
    name = path.relative_to(folder).as_posix()
    lines = dict(
        reversed(x.split("  ", 1)) for x in listed.read_text("utf-8").splitlines()
    )
    lines[name] = sha256(data).hexdigest()
    manifest = bags.manifest(lines)
    tag = folder / TAGMANIFEST
    tags = dict(reversed(x.split("  ", 1)) for x in tag.read_text("utf-8").splitlines())
    tags[MANIFEST] = sha256(manifest).hexdigest()
    with (
        replaced(path, data),
        replaced(listed, manifest),
        replaced(tag, bags.manifest(tags)),
    ):
        yield


OPERATORS = [
    flip,
    truncate,
    append,
    delete,
    add,
    rename,
    swap,
    empty_folder,
    symlink,
    hardlink,
    twin,
    reorder,
    rewrite_line,
    rehash,
]


@contextmanager
def cut_seal(folder, rng):
    """A file of the seal taken away, or all of them."""
    there = [folder / n for n in SEAL_FILES if (folder / n).exists()]
    gone = there if rng.random() < 0.3 else [rng.choice(there)]
    kept = [(p, p.read_bytes()) for p in gone]
    for path in gone:
        path.unlink()
    try:
        yield
    finally:
        for path, data in kept:
            path.write_bytes(data)


def flip_seal(folder, rng):
    path = folder / rng.choice(SEAL_FILES)
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return replaced(path, bytes(data))


def swap_seal(other):
    """Files of the seal of another bundle."""

    @contextmanager
    def swap_seal(folder, rng):
        names = rng.sample(SEAL_FILES, rng.randrange(1, len(SEAL_FILES) + 1))
        kept = [(folder / n, (folder / n).read_bytes()) for n in names]
        for name in names:
            (folder / name).write_bytes((other / name).read_bytes())
        try:
            yield
        finally:
            for path, data in kept:
                path.write_bytes(data)

    return swap_seal


SEAL_OPERATORS = [cut_seal, flip_seal]
