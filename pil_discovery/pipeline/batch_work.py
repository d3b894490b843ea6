"""One process of a batch: lead after lead, the refused ones told with their reasons."""

from __future__ import annotations

import datetime as dt
import errno
import multiprocessing
import os
import pickle
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pil_discovery import bundle
from pil_discovery.bundle.requests import bundle_name
from pil_discovery.errors import BundleError, GateError, PilError, Problem
from pil_discovery.geo.processes import without_script
from pil_discovery.pipeline.case_files import told_case
from pil_discovery.pipeline.gathering import Desk, open_scan
from pil_discovery.pipeline.orphans import end_with_parent
from pil_discovery.pipeline.packing import request_of
from pil_discovery.types import PackedLead

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.synchronize import Event

    from pil_discovery.bundle.sealing import Seal
    from pil_discovery.types import Lead

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO}
"""What the disk refuses once it refuses for every bundle that follows."""


@dataclass(frozen=True)
class Order:
    """What is asked of every lead of a batch, as for a single bundle."""

    scan_dir: Path
    workspace: Path | None
    kind: str
    out: Path
    profile: str = "internal"
    redaction: str = "usual"
    seal: Seal | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    footnotes: bool = False

    def name_of(self, lead_id: str, run: Mapping[str, Any]) -> str:
        """Return the folder name of the bundle of a lead."""
        as_of = dt.date.fromisoformat(run["as_of"])
        return bundle_name(as_of, lead_id, self.kind, self.profile)


class Packer:
    """Packs leads of one order; keeps the scan and the sources read last at hand."""

    def __init__(self, order: Order, received: Path, known: Mapping[str, str]) -> None:
        """Open the scan; `known` are roots of bundles finished before, by lead."""
        own = received / str(os.getpid())
        own.mkdir(exist_ok=True)
        scan = open_scan(order.scan_dir, workspace=order.workspace)
        self._order, self._known = order, known
        self._leads = {lead.lead_id: lead for lead in scan.leads}
        self._desk = Desk(scan, own)
        as_of = dt.date.fromisoformat(scan.run["as_of"])
        self._case = told_case(order.kind, None, order.fields, as_of)

    def pack(self, lead_id: str) -> PackedLead:
        """Return what became of a lead.

        Raises
        ------
        BundleError
            When the disk takes nothing more.
        """
        lead = self._leads[lead_id]
        try:
            return self._kept(lead) or self._built(lead)
        except PilError as error:
            cause = error.__cause__
            if isinstance(cause, OSError) and cause.errno in _DISK:
                raise
            state = "gate" if isinstance(error, GateError) else "fault"
            return self._told(lead, state=state, reasons=_reasons(error))
        except Exception as error:  # noqa: BLE001 -- one lead must not stop the others
            what = f"程序内部错误（{type(error).__name__}：{error}）"
            return self._told(lead, state="defect", reasons=(what,))

    def _kept(self, lead: Lead) -> PackedLead | None:
        """Return a lead whose finished bundle is still what it was."""
        root = self._known.get(lead.lead_id)
        if root is None:
            return None
        name = self._order.name_of(lead.lead_id, self._desk.scan.run)
        path = self._order.out / name
        if not bundle.verify(path, root=root).ok or not self._annexed(path):
            return None  # built again, compared, and refused with the fault named
        return self._done(lead, (name, root), existed=True)

    def _annexed(self, path: Path) -> bool:
        if self._order.seal is None or self._order.profile == "internal":
            return True
        return bundle.verify(path.with_name(f"{path.name}.sealed")).ok

    def _built(self, lead: Lead) -> PackedLead:
        order = self._order
        behind = self._desk.behind(lead)
        request = request_of(behind, order.scan_dir, self._case, order.out)
        built = bundle.build(
            replace(
                request,
                fields=order.fields,
                profile=order.profile,
                seal=order.seal,
                footnotes=order.footnotes,
                strict=request.strict or order.redaction == "strict",
            )
        )
        named = (built.path.name, built.root_sha256)
        return self._done(lead, named, existed=built.existed)

    def _done(self, lead: Lead, named: tuple[str, str], *, existed: bool) -> PackedLead:
        name, root = named
        return self._told(
            lead, state="packed", bundle=name, root_sha256=root, existed=existed
        )

    def _told(self, lead: Lead, **more: Any) -> PackedLead:  # noqa: ANN401 -- fields
        return PackedLead(
            rank=lead.rank,
            lead_id=lead.lead_id,
            title_zh=lead.title_zh,
            agency=lead.agency,
            **more,
        )


def _reasons(error: PilError) -> tuple[str, ...]:
    return tuple(str(p) if p.file else p.what for p in error.problems)


def spread_parts(
    order: Order,
    parts: Sequence[Sequence[str]],
    workers: int,
    context: tuple[str, Mapping[str, str]],
) -> Iterator[list[PackedLead]]:
    """Yield what became of each part of the leads, as it is done.

    Parameters
    ----------
    parts
        Ids of leads; a part stays in one process.
    context
        A folder for what databases answer, and the roots of finished bundles by lead.

    Raises
    ------
    BundleError
        When the disk takes nothing more, or a process is lost.
    """
    received, known = context
    if workers == 1 or len(parts) < 2 or not _crosses(order):
        packer = Packer(order, Path(received), known)
        for part in parts:
            yield [packer.pack(lead) for lead in part]
        return
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    given = (order, received, known, stop)
    most = min(workers, len(parts))
    pool = ProcessPoolExecutor(
        most, mp_context=spawn, initializer=_begin, initargs=given
    )
    try:
        with without_script():  # the first part starts them all
            futures = [pool.submit(_pack, part) for part in parts]
        for future in as_completed(futures):
            yield future.result()
    except BrokenProcessPool as error:
        what = "一个装包进程意外结束，可能是内存不足"
        remedy = "已装好的证据包不受影响；减少 --workers，加 --resume 继续"
        raise BundleError(Problem(str(order.out), "", what, remedy)) from error
    finally:
        stop.set()  # a process ends after the bundle that it is writing
        pool.shutdown(cancel_futures=True)


def _crosses(order: Order) -> bool:
    """Whether the seal can be handed to a process without the caller's script."""
    try:
        with without_script():
            pickle.dumps(order.seal)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True


_here: dict[str, Any] = {}
"""What a process of the pool works with."""


def _begin(order: Order, received: str, known: Mapping[str, str], stop: Event) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells us to end
    end_with_parent()
    _here.update(packer=Packer(order, Path(received), known), stop=stop)


def _pack(part: Sequence[str]) -> list[PackedLead]:
    done = []
    for lead in part:
        if _here["stop"].is_set():
            break
        done.append(_here["packer"].pack(lead))
    return done
