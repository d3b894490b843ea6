"""Addresses taken apart: divisions of a year, town, and the parts below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pil_discovery.text.address_parts import TOWN, ZONE, read_detail
from pil_discovery.text.characters import fold
from pil_discovery.text.mentions import read_mentions, town_at
from pil_discovery.text.traditional import SIMPLIFIED

if TYPE_CHECKING:
    from pil_discovery.text.placing import Placing

_PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff()#-]*")
_TRADITIONAL = frozenset(map(chr, SIMPLIFIED))
_OFFICE = re.compile("办事处|人民政府")


class Address(NamedTuple):
    """An address in parts; None where it does not say or cannot be decided.

    Attributes
    ----------
    town, rest
        Town or street office, and all text behind the divisions and it.
    road, number, building, village, zone
        Read from the rest; a zone (开发区, 高新区) is no division.

    The others are those of `Placed`.
    """

    province: str | None = None
    city: str | None = None
    district: str | None = None
    town: str | None = None
    rest: str | None = None
    division_code: str | None = None
    road: str | None = None
    number: str | None = None
    building: str | None = None
    village: str | None = None
    zone: str | None = None
    town_code: str | None = None
    current_code: str | None = None
    written: str | None = None
    reason: str | None = None


class _Town(NamedTuple):
    """A town, the zone before it, and where the text behind both begins."""

    name: str
    zone: str
    end: int


def read_address(text: str, placing: Placing) -> Address:
    """Take one address apart; nothing is guessed."""
    plain = _plain(text)
    if not plain:
        return Address(reason="没有地址")
    simple = plain
    if not _TRADITIONAL.isdisjoint(plain):
        simple = plain.translate(placing.divisions.simpler)
    said = read_mentions(simple, placing.divisions)
    town = _town(simple, said.end, placing, placing.town_stems(said))
    place = placing.place(said, town.name)
    behind = plain[town.end :]
    detail = read_detail(behind)
    return Address(
        province=place.province,
        city=place.city,
        district=place.district,
        town=town.name or None,
        rest=town.zone + behind or None,
        division_code=place.division_code,
        road=detail.road,
        number=detail.number,
        building=detail.building,
        village=detail.village,
        zone=town.zone or None,
        town_code=place.town_code,
        current_code=place.current_code,
        written=place.written,
        reason=place.reason,
    )


def _plain(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return "".join(fold(text).split())


def _town(text: str, start: int, placing: Placing, stems: tuple[str, ...]) -> _Town:
    """Read a town, also behind a zone: from the table, else by the usual endings."""
    name, _ = town_at(text, start, placing.divisions, stems)
    zone = None if name else ZONE.match(text, start)
    behind = zone.end() if zone else start
    if zone:
        name, _ = town_at(text, behind, placing.divisions, stems)
    before = zone[0] if zone else ""
    if name:
        end = behind + len(name)
        office = _OFFICE.match(text, end)
        return _Town(name, before, office.end() if office else end)
    match = TOWN.match(text, behind)
    if match:
        return _Town(match["name"], before, match.end())
    return _Town("", before, behind)
