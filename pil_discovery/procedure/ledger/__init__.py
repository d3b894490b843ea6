"""The case ledger: entries in a chain, guards, periods, follow-ups, packages."""

from pil_discovery.procedure.ledger.cases import Case, find_case
from pil_discovery.procedure.ledger.chain import Head, linked
from pil_discovery.procedure.ledger.dues import dues
from pil_discovery.procedure.ledger.followups import Fresh, compare
from pil_discovery.procedure.ledger.guards import (
    Proposal,
    checklist,
    is_open,
    refusals,
)
from pil_discovery.procedure.ledger.icalendar import calendar_of
from pil_discovery.procedure.ledger.ledger import Draft, Ledger, head_words
from pil_discovery.procedure.ledger.packages import new_entries, pack, unpack
from pil_discovery.procedure.ledger.postgres import PostgresStore
from pil_discovery.procedure.ledger.rulebook import Rulebook
from pil_discovery.procedure.ledger.sealing import new_key, read_key, seal, unseal
from pil_discovery.procedure.ledger.signing import is_signed, sign
from pil_discovery.procedure.ledger.sqlite import SqliteStore

__all__ = [
    "Case",
    "Draft",
    "Fresh",
    "Head",
    "Ledger",
    "PostgresStore",
    "Proposal",
    "Rulebook",
    "SqliteStore",
    "calendar_of",
    "checklist",
    "compare",
    "dues",
    "find_case",
    "head_words",
    "is_open",
    "is_signed",
    "linked",
    "new_entries",
    "new_key",
    "pack",
    "read_key",
    "refusals",
    "seal",
    "sign",
    "unpack",
    "unseal",
]
