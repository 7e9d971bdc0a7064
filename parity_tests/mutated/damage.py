"""Ways in which a file is damaged: by a disk, by a merge, or by somebody who means it."""

import json
import random
from collections.abc import Callable
from typing import Any

RUNS = (
    b"\x00",
    b"\xff\xfe",
    b"[" * 3000,
    b"{" * 3000,
    b"(" * 300,
    b'"',
    b"'''",
    b"\r",
    b"\xe2\x80",
)
NUMBERS = (b"1e999", b"-1", b"NaN", b"9" * 400, b"0", b"1.5", b"1_0", b"2**70")
OTHERS: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e308,
    10**400,
    "",
    "nan",
    "x" * 2000,
    [],
    {},
    [[]],
    {"": 0},
)


def spoiled(data: bytes, random: random.Random) -> bytes:
    """Return the bytes with one to four things wrong."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(WAYS)(data, random)
    return data


def _place(data: bytes, random: random.Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 1, 4, 30, 300)))


def _flipped(data: bytes, random: random.Random) -> bytes:
    start, _ = _place(data, random)
    return data[:start] + bytes([random.randrange(256)]) + data[start + 1 :]


def _without(data: bytes, random: random.Random) -> bytes:
    start, end = _place(data, random)
    return data[:start] + data[end:]


def _twice(data: bytes, random: random.Random) -> bytes:
    start, end = _place(data, random)
    return data[:end] + data[start:]


def _moved(data: bytes, random: random.Random) -> bytes:
    start, end = _place(data, random)
    rest = data[:start] + data[end:]
    there, _ = _place(rest, random)
    return rest[:there] + data[start:end] + rest[there:]


def _torn(data: bytes, random: random.Random) -> bytes:
    return data[: _place(data, random)[0]]


def _with_a_run(data: bytes, random: random.Random) -> bytes:
    start, _ = _place(data, random)
    return data[:start] + random.choice(RUNS) + data[start:]


def _with_a_number(data: bytes, random: random.Random) -> bytes:
    """Put a number in place of another."""
    digits = [k for k, byte in enumerate(data) if chr(byte).isdigit()]
    if not digits:
        return data
    start = random.choice(digits)
    return data[:start] + random.choice(NUMBERS) + data[start + 1 :]


def _lines_swapped(data: bytes, random: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        one, other = random.sample(range(len(lines)), 2)
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _value_of_another_type(data: bytes, random: random.Random) -> bytes:
    """Replace one value of a JSON text; what is none is left to the other ways."""
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError):
        return data
    holders = list(_holders(whole))
    if not holders:
        return data
    holder = random.choice(holders)
    key = random.choice(list(holder) if isinstance(holder, dict) else list(range(len(holder))))
    holder[key] = random.choice(OTHERS)
    return json.dumps(whole).encode()


def _holders(value: Any) -> list[Any]:
    if not isinstance(value, dict | list) or not value:
        return []
    inside = value.values() if isinstance(value, dict) else value
    return [value, *(holder for item in inside for holder in _holders(item))]


WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped,
    _without,
    _twice,
    _moved,
    _torn,
    _with_a_run,
    _with_a_number,
    _lines_swapped,
    *(3 * (_value_of_another_type,)),
)
