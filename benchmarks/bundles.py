# ruff: noqa: S311
"""The figures of evidence bundles: mutations, secrets, kills, bytes, seconds.

    python benchmarks/bundles.py [mutations|secrets|kills|same|speed]… [--few]

Without a name all are measured. `--few` takes a hundredth of each, to try it out.
"""

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pil_discovery.bundle import bags, build, verify  # noqa: E402
from pil_discovery.bundle.sealing import Seal  # noqa: E402
from pil_discovery.bundle.signing import load_signer  # noqa: E402
from tests.bundle import authority, factory, mutations, planted  # noqa: E402

MUTATIONS, CLEAN, SECRETS, KILLS, SAME, SPEED = 10_000, 1_000, 5_000, 200, 100, 50


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


MEASURES = {
    "mutations": measure_mutations,
    "secrets": measure_secrets,
    "kills": measure_kills,
    "same": measure_sameness,
    "speed": measure_speed,
}


def main(arguments):
    few = "--few" in arguments
    names = [a for a in arguments if a != "--few"] or list(MEASURES)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="pil-") as folder:
            MEASURES[name](Path(folder), few=few)


if __name__ == "__main__":
    main(sys.argv[1:])
