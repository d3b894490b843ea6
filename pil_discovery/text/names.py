"""Names of organisations, normalised for comparison."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pil_discovery.text.characters import fold

_FORMS = (
    "股份有限责任公司",
    "有限责任公司分公司",
    "股份有限公司",
    "有限责任公司",
    "集团有限公司",
    "有限公司",
    "股份公司",
    "责任公司",
    "集团公司",
    "总公司",
    "农民专业合作社联合社",
    "农民专业合作社",
    "专业合作社",
    "股份合作社",
    "合作社",
    "普通合伙",
    "有限合伙",
    "特殊普通合伙",
    "个人独资企业",
    "个体工商户",
    "家庭农场",
    "工作室",
    "经营部",
    "商行",
    "公司",
)
_ENDING = re.compile(rf"\(?({'|'.join(_FORMS)})\)?$")
_BRANCH = re.compile(
    r"^(.*(?:公司|合作社|厂|院|社))(\w{1,12}(?:分公司|分厂|分院|分店|营业部|办事处|项目部))$"
)


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """A name and its parts.

    Attributes
    ----------
    whole
        Normalised name, for exact comparison.
    core
        The name without its legal form, for likeness.
    form
        Legal form at the end, empty when none is recognised.
    branch
        Branch behind the head organisation, empty when none.
    """

    whole: str
    core: str
    form: str
    branch: str


def normalise_name(text: str) -> str:
    """Return the name with one width, one kind of brackets and no spaces."""
    plain = re.sub(r"\s+", "", fold(text)).upper()
    plain = plain.translate(str.maketrans("[]{}【】〔〕〈〉", "()()()()()"))
    return plain.strip(".,;:'\"·。，、*")


def parse_name(text: str) -> OrganisationName:
    """Return the parts of a name; the legal form is taken from the end only."""
    whole = normalise_name(text)
    match = _BRANCH.match(whole)
    head, branch = match.groups() if match else (whole, "")
    ending = _ENDING.search(head)
    form = ending[1] if ending else ""
    core = head[: ending.start()] if ending else head
    return OrganisationName(whole, core or head, form, branch)
