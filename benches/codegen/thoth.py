#!/usr/bin/env python3
"""How long the models of the original library take for payloads: see src/bin/decode/python.rs."""

import json
import statistics
import sys
import time

from thoth.messaging import ALL_MESSAGES

ROUNDS = 21

models = {message.base_name: message.model for message in ALL_MESSAGES}
samples = [(models[row["topic"]], row["payload"]) for row in json.load(sys.stdin)]


def once() -> int:
    start = time.perf_counter_ns()
    for model, payload in samples:
        model.parse_raw(payload)
    return time.perf_counter_ns() - start


print(statistics.median(once() for _ in range(ROUNDS)))
