"""Numbers, moments, addresses, ARNs and bytes as conditions read them (reference sections 13.5 to 13.9).

Each reader gives None for a text that is none of its kind.
"""

import base64
import binascii
import functools
import re
import socket
from decimal import Decimal

import texts

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LAST_EPOCH_YEAR = 287000  # docs/policies.md


@functools.lru_cache(maxsize=1 << 14)
def number(text):
    return Decimal(text) if NUMBER.fullmatch(text) else None


def leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_before(year):
    """Days from 1970-01-01 to the first of January of a year."""
    past = year - 1
    return past * 365 + past // 4 - past // 100 + past // 400 - 719162


@functools.lru_cache(maxsize=1 << 14)
def moment(text):
    """Milliseconds since 1970 in UTC."""
    if re.fullmatch("[0-9]+", text) and len(text) != 4:
        seconds = int(text)
        return seconds * 1000 if seconds < days_before(LAST_EPOCH_YEAR) * 86400 else None
    found = DATE.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    year, month, day = int(year), int(month or 1), int(day or 1)
    hour, minute, second = int(hour or 0), int(minute or 0), int(second or 0)
    if not 1 <= month <= 12 or hour > 23 or minute > 59 or second > 59:
        return None
    if not 1 <= day <= DAYS[month - 1] + (month == 2 and leap(year)):
        return None
    days = days_before(year) + sum(DAYS[: month - 1]) + (month > 2 and leap(year)) + day - 1
    offset = 0
    if zone and zone != "Z":
        if int(zone[1:3]) > 23 or int(zone[4:6]) > 59:
            return None
        offset = (int(zone[1:3]) * 60 + int(zone[4:6])) * (-1 if zone[0] == "-" else 1)
    milliseconds = int(((fraction or "") + "000")[:3])
    return (((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + milliseconds


def truth(text):
    """Section 13.7: every text but "true", in any capitals, is false."""
    return text.lower() == "true"


@functools.lru_cache(maxsize=1 << 12)
def octets(text):
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def ipv4(text):
    parts = text.split(".")
    if len(parts) != 4 or not all(re.fullmatch("[0-9]+", part) and int(part) < 256 for part in parts):
        return None
    return int.from_bytes(bytes(int(part) for part in parts), "big")


def ipv6(text):
    if "%" in text or not text.isascii():
        return None
    head, colon, tail = text.rpartition(":")
    if "." in tail:  # the last two groups as an IPv4 address
        four = ipv4(tail)
        if four is None:
            return None
        text = f"{head}{colon}{four >> 16:x}:{four & 0xFFFF:x}"
    try:
        return int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=1 << 14)
def address(text):
    """(family bits, value) of a request's address; an IPv4-mapped one counts as IPv4."""
    four = ipv4(text)
    if four is not None:
        return 32, four
    six = ipv6(text)
    if six is None:
        return None
    return (32, six & 0xFFFFFFFF) if six >> 32 == 0xFFFF else (128, six)


@functools.lru_cache(maxsize=1 << 14)
def block(text):
    """(family bits, value, prefix length) of a policy's address or block."""
    host, slash, length = text.partition("/")
    four, six = ipv4(host), ipv6(host)
    if four is None and six is None:
        return None
    bits, value = (32, four) if four is not None else (128, six)
    if not slash:
        return bits, value, bits
    if not re.fullmatch("[0-9]{1,3}", length) or int(length) > bits:
        return None
    return bits, value, int(length)


def within(found, policy_block):
    """IPv4 host bits of the block are ignored; an IPv6 block with host bits never matches (13.9)."""
    bits, value, length = policy_block
    if found[0] != bits:
        return False
    if bits == 128 and value & ((1 << (128 - length)) - 1):
        return False
    return found[1] >> (bits - length) == value >> (bits - length)


@functools.lru_cache(maxsize=1 << 14)
def arn_parts(text):
    """The six parts of an ARN, the last holding the rest."""
    parts = text.split(":", 5)
    return parts if len(parts) == 6 and parts[0] == "arn" else None


def split_outside_variables(text, with_variables):
    """A policy's ARN at its first five colons that are not inside ${...} (13.8)."""
    parts, start, at = [], 0, 0
    while at < len(text) and len(parts) < 5:
        if with_variables and text.startswith("${", at):
            at = texts.read_variable(text, at)[1]
            continue
        if text[at] == ":":
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return parts + [text[start:]]
