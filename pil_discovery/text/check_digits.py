"""Check digits of identification codes.

GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code),
GB 11643-1999 (citizen identity number) and GS 15-2006 (registration number of a market
subject), the last two by the systems of GB/T 17710 (ISO 7064).

A wrong single character changes the digit of all but the organisation code: modulo 11
over 36 characters cannot tell characters apart whose values differ by 11 or 22, such as
0, B and M. Two digits are always told apart.
"""

from __future__ import annotations

import re

USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc_check_digit(body: str) -> str:
    """Return the 18th character for the first 17 (GB 32100-2015, modulo 31)."""
    total = sum(USCC.index(c) * w for c, w in zip(body, USCC_WEIGHTS, strict=True))
    return USCC[-total % 31]


def org_check_digit(body: str) -> str:
    """Return the 9th character for the first 8 (GB 11714-1997, modulo 11)."""
    total = sum(int(c, 36) * w for c, w in zip(body, _ORG_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def resident_check_digit(body: str) -> str:
    """Return the 18th character for the first 17 (GB 11643-1999, ISO 7064 11-2)."""
    total = sum(int(c) * w for c, w in zip(body, ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def registration_check_digit(body: str) -> str:
    """Return the 15th digit for the first 14 (GS 15-2006, ISO 7064 modulo 11,10)."""
    product = 10
    for digit in body:
        product = 2 * ((product + int(digit)) % 10 or 10) % 11
    return str((11 - product) % 10)


def is_right_uscc(code: str) -> bool:
    """Return whether 18 characters have the shape and the check digit of the code."""
    shape = re.fullmatch(rf"[1-9ANY][{USCC}][0-9]{{6}}[{USCC}]{{10}}", code)
    return bool(shape) and uscc_check_digit(code[:17]) == code[17]
