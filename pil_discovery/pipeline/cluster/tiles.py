"""Parts of an overlay as tasks: a model that works on a cluster lets others help."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from pil_discovery.findings import framed, in_turn, solve
from pil_discovery.pipeline.cluster.terms import RETRIES, answer, opened
from pil_discovery.pipeline.stored import store_table, stored_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    import pyarrow as pa

    from pil_discovery.findings import Question, Solved
    from pil_discovery.pipeline.cluster.terms import Terms

_FIRST = 10
"""Parts go before models that have not begun, so that few models are begun at once."""


@dataclass(frozen=True)
class TileSolver:
    """Solves the parts of a large overlay on whatever processes are free.

    The tables lie in the folder of the run; a task names them. A part that was lost
    with its worker is solved again.
    """

    terms: Terms

    def __call__(
        self, question: Question, lefts: Sequence[pa.Table], right: pa.Table
    ) -> Iterator[Solved]:
        """Yield the answers in order of the parts; a single part is solved here."""
        if len(lefts) == 1:
            yield from in_turn(question, lefts, right)
            return
        folder = Path(tempfile.mkdtemp(prefix="tiles-", dir=self.terms.mark.parent))
        zones = folder / "right.arrow"
        store_table(right, zones)
        jobs = []
        for number, left in enumerate(lefts):
            path = folder / f"{number}.arrow"
            store_table(left, path)
            jobs.append((question, path, zones))
        yield from self._answers(jobs)

    def _answers(self, jobs: Sequence[Job]) -> Iterator[Solved]:
        from distributed import get_client, rejoin, secede

        client = get_client()
        tasks = [
            client.submit(
                answer,
                self.terms,
                _solve,
                job,
                pure=False,
                retries=RETRIES,
                priority=_FIRST,
            )
            for job in jobs
        ]
        secede()  # a task that waits leaves its place to those it waits for
        found = [cast("Solved", opened(task.result())) for task in tasks]
        rejoin()
        yield from found


Job = tuple["Question", Path, Path]


def _solve(job: Job) -> Solved:
    question, left, right = job
    return solve(question, stored_table(left), _zones(right))


@lru_cache(maxsize=1)
def _zones(path: Path) -> pd.DataFrame:
    """Open the right side: once a process for all the parts that it solves."""
    return framed(stored_table(path))
