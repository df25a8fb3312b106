"""Prints the GUID of each JSON text of a list, as Confluent's Schema Registry computes it: another implementation of the rule.

The text is that of Jackson with exact decimals: compact, members in their order, numbers as `BigDecimal.toString` has them.
"""

import decimal
import hashlib
import json
import sys
import uuid


def java(text):
    """The text of a decimal in Java."""
    sign, digits, exponent = decimal.Decimal(text).as_tuple()
    digits = "".join(map(str, digits))
    sign = "-" if sign and digits.strip("0") else ""
    adjusted = exponent + len(digits) - 1
    if exponent <= 0 and adjusted >= -6:
        if exponent == 0:
            return sign + digits
        padded = digits.rjust(1 - exponent, "0")
        return f"{sign}{padded[:exponent]}.{padded[exponent:]}"
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}" + (f"E{adjusted:+d}" if adjusted else "")


class Number(str):
    """A number as it is written."""


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def quoted(text):
    return '"' + "".join(SHORT.get(char) or (f"\\u{ord(char):04X}" if char < " " else char) for char in text) + '"'


def compact(value):
    if isinstance(value, Number):
        return java(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(name)}:{compact(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return {True: "true", False: "false", None: "null"}[value]


guids = []
for text in json.load(sys.stdin):
    value = json.loads(text, parse_float=Number, parse_int=Number)
    guids.append(str(uuid.UUID(bytes=hashlib.md5(compact(value).encode()).digest())))
json.dump(guids, sys.stdout)
