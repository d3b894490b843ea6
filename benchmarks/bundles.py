# ruff: noqa: ARG001, S101, S311
"""The figures of evidence bundles: mutations, secrets, kills, bytes, seconds.

    python benchmarks/bundles.py [mutations|bagit|secrets|faults|kills|same|speed|
                                  batch|reproduce]… [--few]

Without a name all are measured. `--few` takes a hundredth of each, to try it out.
`bagit` wants the conformance suite of the Library of Congress below `PIL_SHARED_DATA`.
"""

import errno
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import pil_discovery as pil  # noqa: E402
from benchmarks.thousand_leads import MODELS, make_district  # noqa: E402
from pil_discovery.bundle import bags, build, verify  # noqa: E402
from pil_discovery.bundle.foreign import check_bag  # noqa: E402
from pil_discovery.bundle.sealing import Seal  # noqa: E402
from pil_discovery.bundle.signing import load_signer  # noqa: E402
from pil_discovery.errors import BundleError  # noqa: E402
from pil_discovery.pipeline.results import read_leads  # noqa: E402
from tests.bundle import authority, factory, mutations, planted  # noqa: E402
from tests.bundle.test_faults import Tripwire  # noqa: E402

MUTATIONS, CLEAN, SECRETS, KILLS, SAME, SPEED = 10_000, 1_000, 5_000, 200, 100, 50
BATCH = 1_000


def share(number, *, few):
    return max(2, number // 100) if few else number


def measure_mutations(folder, *, few):
    """Goal 1: every change is seen, no untouched bundle alarms."""
    office = authority.found(folder / "ca")
    key = load_signer(p12=office.p12, password=authority.PASSWORD)
    seal = Seal(key, str(office.tsa))
    plain = build(factory.request(folder / "plain"))
    sealed = build(factory.request(folder / "sealed", plate=False, seal=seal))
    other = factory.request(folder / "other", plate=False, fields={"number": "9"})
    strange = build(replace(other, seal=seal)).path
    operators = [
        (o, plain.path, {"root": plain.root_sha256}) for o in mutations.OPERATORS
    ]
    known = {"trust": office.ca}
    more = [*mutations.SEAL_OPERATORS, mutations.swap_seal(strange)]
    operators += [(o, sealed.path, known) for o in more]
    rng, seen = random.Random(20260930), 0
    total = share(MUTATIONS, few=few)
    for number in range(total):
        operator, where, how = operators[number % len(operators)]
        with operator(where, rng):
            answer = verify(where, **how)
        if answer.ok:
            print(f"not seen: {operator.__name__} (number {number})")
        seen += not answer.ok
    alarms = sum(
        not verify(plain.path, root=plain.root_sha256).ok
        for _ in range(share(CLEAN, few=few) - 10)
    )
    alarms += sum(not verify(sealed.path, **known).ok for _ in range(10))
    script = folder / "verify.py"
    script.write_bytes(bags.verify_script())
    for path in (plain.path, sealed.path):
        command = [sys.executable, "-I", "-S", script, path]
        alarms += subprocess.run(command, capture_output=True, check=False).returncode
    print(
        f"mutations: {seen} of {total} seen ({seen / total:.2%}), "
        f"{len(operators)} operators; false alarms: {alarms} of "
        f"{share(CLEAN, few=few) + 2} checks of untouched bundles"
    )


def measure_secrets(folder, *, few):
    """Goal 9: nothing planted is left in any artefact."""
    for profile in ("agency", "court", "public"):
        rng = random.Random(profile)
        count = share(SECRETS, few=few)
        request, secrets = planted.planted(
            folder / profile, rng, count, profile=profile
        )
        started = time.perf_counter()
        built = build(request)
        seconds = time.perf_counter() - started
        left = planted.leaks(built.path, secrets)
        print(
            f"secrets: {len(left)} of {len(secrets)} left in the {profile} bundle "
            f"({seconds:.1f} s)"
        )


def measure_bagit(folder, *, few):
    """Goal 2: bags of others are judged as the conformance suite has it."""
    base = Path(os.environ.get("PIL_SHARED_DATA", "../shared/data"))
    suite = base / "badinputs/bagit-conformance-suite"
    wanted = {
        "valid": {"sound", "noted"},
        "warning": {"noted"},
        "invalid": {"refused"},
        "linux-only": {"refused"},
        "windows-only": {"refused"},
    }
    for kind, expected in wanted.items():
        cases = [p for p in sorted(suite.glob(f"v*/{kind}/*")) if p.is_dir()]
        right = sum(judged(check_bag(case)) in expected for case in cases)
        print(f"bagit: {right} of {len(cases)} of the {kind} bags judged so")


def judged(answer):
    if answer.errors:
        return "refused"
    return "noted" if answer.warnings else "sound"


def measure_faults(folder, *, few):
    """Goal 4: a fault at every call of the system leaves no invalid bundle."""
    request = factory.request(folder, plate=False)
    wanted = build(replace(request, out=folder / "clean")).root_sha256
    for code in (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES):
        number, invalid, finished = 0, 0, False
        while not finished:
            number += 1
            with failing_call(number, code) as wire:
                with suppress(BundleError, OSError):
                    build(request)
                finished = wire.count < number
            for left in (folder / "bundle").glob("PIL-*"):
                invalid += not verify(left, root=wanted).ok
                shutil.rmtree(left)
            if few and number > 20:
                break
        print(
            f"faults: {errno.errorcode[code]} at each of {number - 1} calls, "
            f"{invalid} invalid finished bundles"
        )


@contextmanager
def failing_call(number, code):
    """Let the n-th call that opens, makes, moves or syncs a file fail."""
    patch = pytest.MonkeyPatch()
    wire = Tripwire(patch, code)
    wire.stop = number
    try:
        yield wire
    finally:
        wire.stop = None
        patch.undo()


LOOP = """
import sys
sys.path.insert(0, sys.argv[2])
from dataclasses import replace
from pathlib import Path
from tests.bundle import factory
from pil_discovery.bundle import build
folder = Path(sys.argv[1])
for n in range(int(sys.argv[3]), 100_000):
    request = factory.request(folder, plate=False, fields={"number": str(n % 99999)})
    build(replace(request, out=folder / str(n)))
    print(n, flush=True)
"""


def measure_kills(folder, *, few):
    """Goal 4: killed at any moment, no invalid bundle is left."""
    rng, number, invalid, swept = random.Random(4), 1, 0, 0
    total = share(KILLS, few=few)
    for _ in range(total):
        command = [sys.executable, "-c", LOOP, folder, ROOT, str(number)]
        job = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        number = int(job.stdout.readline() or number)
        time.sleep(rng.random() * 0.4)
        job.kill()
        job.wait()
        job.stdout.close()
        swept += len(list(folder.glob("*/.PIL-*")))
        for path in folder.glob("*/PIL-*"):
            invalid += not verify(path).ok
            shutil.rmtree(path.parent)
    print(
        f"kills: {total}, {invalid} invalid finished bundles, "
        f"{swept} unfinished folders seen"
    )


ONE = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from tests.bundle import factory
from pil_discovery.bundle import build
folder = Path(sys.argv[1])
for n in range(int(sys.argv[3])):
    request = factory.request(
        folder / str(n), plate=False, fields={"number": str(n + 1)},
        profile=("internal", "agency", "public")[n % 3],
    )
    print(build(request).root_sha256)
"""


def measure_sameness(folder, *, few):
    """Goal 3: the same bytes wherever and whenever a bundle is built."""
    count, answers = share(SAME, few=few), []
    for n, (zone, tongue, seed) in enumerate(
        [("UTC", "C", "1"), ("Asia/Shanghai", "zh_CN.UTF-8", "77")]
    ):
        here = folder / f"运行{n}"
        here.mkdir()
        env = {**os.environ, "TZ": zone, "LC_ALL": tongue, "PYTHONHASHSEED": seed}
        env["USER"] = env["LOGNAME"] = f"user{n}"
        command = [sys.executable, "-c", ONE, here, ROOT, str(count)]
        done = subprocess.run(
            command, env=env, cwd=here, capture_output=True, check=True
        )
        answers.append(done.stdout.split())
    same = sum(a == b for a, b in zip(*answers, strict=True))
    print(f"same bytes: {same} of {count} bundles in two runs")


@contextmanager
def timed():
    moments = []
    started = time.perf_counter(), time.process_time()
    yield moments
    moments += [time.perf_counter() - started[0], time.process_time() - started[1]]


def measure_speed(folder, *, few):
    """Goal 8: seconds a bundle and a verification on one core."""
    office = authority.found(folder / "ca")
    key = load_signer(p12=office.p12, password=authority.PASSWORD)
    built, count = None, share(SPEED, few=few)
    for words, more in (
        ("unsigned", {}),
        ("signed and stamped", {"seal": Seal(key, str(office.tsa))}),
        ("public", {"profile": "public"}),
    ):
        requests = [
            factory.request(folder / words / str(n), fields={"number": str(n)}, **more)
            for n in range(1, count + 1)
        ]
        build(factory.request(folder / words / "first", **more))
        with timed() as took:
            for request in requests:
                built = build(request)
        wall, cpu = (t / count for t in took)
        with timed() as took:
            for _ in range(20):
                verify(built.path)
        print(
            f"speed, {words}: {wall:.2f} s a bundle ({cpu:.2f} s of the processor), "
            f"verified in {took[0] / 20:.3f} s"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory: {peak:.0f} MiB at most")


def measure_batch(folder, *, few):
    """Goal 8: a thousand bundles by two processes: seconds, memory, the same bytes."""
    number = share(BATCH, few=few)
    place = make_district(folder / "workspace", number * 7 // 10, number * 3 // 10)
    out = pil.scan(place, models=MODELS).write(folder / "out")
    held = Held()
    started, before = time.perf_counter(), spent()
    order = (out, None, "suggestion", folder / "bundles")
    made = pil.build_bundles(*order, workers=2, progress=held.look)
    wall, cpu = time.perf_counter() - started, spent() - before
    refused = [e for e in made.entries if e.state != "packed"]
    print(f"batch: {len(refused)} refused", *refused[:3], sep="\n  ")
    done = len(made.entries) - len(refused)
    print(
        f"batch: {done} bundles by two processes in {wall:.0f} s, {cpu / done:.2f} s "
        f"of the processor each; the largest process after each quarter held "
        f"{held.quarters()} MiB"
    )
    started, before = time.perf_counter(), spent()
    again = pil.build_bundles(*order, workers=2, resume=True)
    roots = [{e.lead_id: e.root_sha256 for e in b.entries} for b in (made, again)]
    assert roots[0] == roots[1], "other roots when resumed"
    wall, cpu = time.perf_counter() - started, spent() - before
    print(f"batch: resumed in {wall:.0f} s ({cpu:.0f} s of the processor)")


class Held:
    """What the largest process of a batch held, as the batch went on."""

    def __init__(self):
        self.seen = []

    def look(self, _, done, of):
        own = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        self.seen.append((done / of, max(map(resident, own))))

    def quarters(self):
        ends = (0.25, 0.5, 0.75, 1)
        return [
            max((m for at, m in self.seen if e - 0.25 < at <= e), default=0)
            for e in ends
        ]


def resident(process):
    """Return the MiB that a process holds now, without files that it only maps."""
    with suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return sum(int(x.split()[1]) for x in lines if x.startswith("RssAnon")) >> 10
    return 0


def scanned(folder, models):
    """Scan the sample district."""
    shutil.copytree(ROOT / "sample_data/workspace", folder / "workspace")
    return pil.scan(folder / "workspace", models=models).write(folder / "out")


def spent():
    """Return the seconds of the processor of this process and those it waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(w) for w in who]
    return sum(u.ru_utime + u.ru_stime for u in used)


REPRODUCED = {
    "table": "land/unpaid-price",
    "layer": "environment/outfall-in-source-zone",
    "picture": "environment/rectification-relapsed",
}


def measure_reproduction(folder, *, few):
    """Findings computed again from tables, layers and pictures in the bundle."""
    out = scanned(folder, list(REPRODUCED.values()))
    for source, model in REPRODUCED.items():
        leads = [x for x in read_leads(out) if x.model == model and x.kind == "single"]
        path = pil.build_bundle(out, leads[0].lead_id, "suggestion", folder / "b").path
        started, before = time.perf_counter(), spent()
        answer = pil.reproduce(path)
        print(
            f"reproduce: {source}, {answer.findings} findings "
            f"{'the same' if answer.ok else 'DIFFERENT'}, "
            f"{time.perf_counter() - started:.1f} s ({spent() - before:.1f} s of the "
            "processor)"
        )


MEASURES = {
    "mutations": measure_mutations,
    "bagit": measure_bagit,
    "secrets": measure_secrets,
    "faults": measure_faults,
    "kills": measure_kills,
    "same": measure_sameness,
    "speed": measure_speed,
    "batch": measure_batch,
    "reproduce": measure_reproduction,
}


def main(arguments):
    few = "--few" in arguments
    names = [a for a in arguments if a != "--few"] or list(MEASURES)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="pil-") as folder:
            MEASURES[name](Path(folder), few=few)


if __name__ == "__main__":
    main(sys.argv[1:])
