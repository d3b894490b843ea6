"""Worker of `test_bad_inputs`: reads files in a process of its own, tells how it went.

Takes jobs as JSON lines on standard input and answers each with a JSON line. The file
that kills or hangs this process is the first without an answer.
"""

import faulthandler
import json
import os
import re
import resource
import sys
import tempfile
import warnings
from pathlib import Path

from pil_discovery import layers, records
from pil_discovery.catalog import load_catalog
from pil_discovery.errors import PilError
from pil_discovery.pipeline.checking import check_workspace

SECONDS = 30
SECONDS_EACH = 0.2
"""How long a file may take; a whole folder so much more for each of its files."""
MOST_MEMORY = 4 * 2**30
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_OWN = tuple(
    str(Path(p).resolve())
    for p in (sys.prefix, sys.base_prefix, Path(__file__).parents[2], "/usr", "/proc")
)
_BANDS = {"red": 1}
_watched = {"root": None, "seen": []}


def watch(event, args):
    """Note every file opened outside the folder at hand, and every socket."""
    if _watched["root"] is None:
        return
    if event == "subprocess.Popen" and "sandbox.server" in str(args[1]):
        return  # the worker that reads the files, with a fence of its own
    if event in ("socket.__new__", "socket.connect", "subprocess.Popen", "os.system"):
        _watched["seen"].append(f"{event} {args}")
    if event == "open" and isinstance(args[0], str | bytes):
        place = os.path.realpath(os.fsdecode(args[0]))
        own = _OWN if not set(str(args[1] or "r")) & set("wax+") else ()
        allowed = (_watched["root"], os.devnull, *own)
        if not place.startswith(allowed):
            _watched["seen"].append(f"open {place} {args[1]}")


def read(job, catalog):
    """Run one job and return the faults of its result."""
    path, root = Path(job["path"]), Path(job["root"])
    kind, wanted = job["kind"], job.get("wanted")
    if kind == "check":
        return faults_of_check(check_workspace(path))
    if kind == "raster":
        told = {"acquired": "2026-01-01T10:00:00+08:00", "sensor": "某星"}
        layers.read_raster(path, bands=_BANDS, root=root, **told)
        return []
    reader = records.read_table if kind == "table" else layers.read_vector
    extra = job.get("told", {})
    return faults_of_read(
        reader(path, catalog.datasets, wanted=wanted, root=root, **extra)
    )


def faults_of_read(result):
    report, quarantine = result.report, result.quarantine
    gone = int((quarantine["scope"] == "row").sum())
    counted = (len(result.frame), gone) == (
        report.rows_used,
        report.rows_quarantined,
    )
    if counted and report.rows_read == report.rows_used + report.rows_quarantined:
        return []
    return [f"rows: {report.rows_read} {report.rows_used} {gone}"]


def faults_of_check(check):
    faults = [f for p in check.problems for f in faults_of_problem(p)]
    for entry in check.readings:
        parts = entry["rows_used"] + entry["rows_quarantined"]
        if entry["rows_read"] != parts:
            faults.append(f"rows: {entry}")
    json.dumps(check.as_dict(), ensure_ascii=False, allow_nan=False).encode()
    return faults


def faults_of_problem(problem, name=""):
    text = str(problem)
    if not _CHINESE.search(problem.what):
        return [f"not Chinese: {text}"]
    if not problem.file or name not in problem.file:
        return [f"names no file: {text}"]
    try:
        text.encode()
    except UnicodeEncodeError:
        return [f"cannot be printed: {text!r}"]
    return []


def outcome(job, catalog):
    path = Path(job["path"])
    try:
        faults = read(job, catalog)
    except PilError as error:
        name = "" if job["kind"] == "check" else path.name
        told = [f for p in error.problems for f in faults_of_problem(p, name)]
        return "refused", told or ([] if error.problems else ["no problem"])
    except Exception as error:  # noqa: BLE001 -- exactly what must never happen
        trace = error.__traceback__
        while trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        return "raised", [f"{type(error).__name__}: {str(error)[:200]} at {place}"]
    return "read", faults


def allowed(job):
    if job["kind"] != "check":
        return SECONDS
    return SECONDS + SECONDS_EACH * sum(
        p.is_file() for p in Path(job["root"]).rglob("*")
    )


def answer(job, catalog):
    _watched["seen"] = []
    _watched["root"] = os.path.realpath(job["root"])
    tempfile.tempdir = job["root"]  # where xlsxwriter puts what it will zip
    faulthandler.dump_traceback_later(allowed(job), exit=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        way, faults = outcome(job, catalog)
    faulthandler.cancel_dump_traceback_later()
    _watched["root"] = None
    return {"way": way, "faults": [*faults, *_watched["seen"]]}


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    faulthandler.enable()
    catalog = load_catalog()
    sys.addaudithook(watch)
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(answer(json.loads(line), catalog))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
