"""The case ledger: entries in a chain, guards, periods, follow-ups, packages."""

from pil_discovery.procedure.ledger.analysis import (
    analyse_year,
    climb_ladder,
    digest_case,
    labels_of,
    score_agencies,
    tell_case,
    tools_of,
)
from pil_discovery.procedure.ledger.cases import CONFIRM, SEND, Case, find_case
from pil_discovery.procedure.ledger.chain import Head, linked
from pil_discovery.procedure.ledger.contents import dictated_duties, same_name
from pil_discovery.procedure.ledger.dues import dues
from pil_discovery.procedure.ledger.followups import Fresh, compare
from pil_discovery.procedure.ledger.guards import (
    checklist,
    is_open,
    refusals,
    unmet,
)
from pil_discovery.procedure.ledger.ledger import Draft, Ledger, head_words
from pil_discovery.procedure.ledger.packages import (
    Package,
    new_entries,
    pack,
    unpack,
)
from pil_discovery.procedure.ledger.postgres import PostgresStore
from pil_discovery.procedure.ledger.proposals import Proposal
from pil_discovery.procedure.ledger.receipts import (
    Receipt,
    read_receipt,
    write_receipt,
)
from pil_discovery.procedure.ledger.registers import keep_register
from pil_discovery.procedure.ledger.rulebook import Rulebook
from pil_discovery.procedure.ledger.sealing import new_key, read_key, seal, unseal
from pil_discovery.procedure.ledger.signing import is_signed, sign
from pil_discovery.procedure.ledger.sqlite import SqliteStore
from pil_discovery.procedure.ledger.tallies import Counted, count_period

__all__ = [
    "CONFIRM",
    "SEND",
    "Case",
    "Counted",
    "Draft",
    "Fresh",
    "Head",
    "Ledger",
    "Package",
    "PostgresStore",
    "Proposal",
    "Receipt",
    "Rulebook",
    "SqliteStore",
    "analyse_year",
    "checklist",
    "climb_ladder",
    "compare",
    "count_period",
    "dictated_duties",
    "digest_case",
    "dues",
    "find_case",
    "head_words",
    "is_open",
    "is_signed",
    "keep_register",
    "labels_of",
    "linked",
    "new_entries",
    "new_key",
    "pack",
    "read_key",
    "read_receipt",
    "refusals",
    "same_name",
    "score_agencies",
    "seal",
    "sign",
    "tell_case",
    "tools_of",
    "unmet",
    "unpack",
    "unseal",
    "write_receipt",
]
