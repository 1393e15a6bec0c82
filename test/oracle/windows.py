#!/usr/bin/env python3
"""Recomputes the windows of the sample pipeline from its events, independently of Millrace.

Reads network-traffic events as NDJSON (files, or standard input) and writes the results of the stages device-traffic
and ip-share as NDJSON. Every event id counts once. All sums are exact integers. Lateness plays no part: the events are
expected to be in time, or late within what the stages allow.

    python3 test/oracle/windows.py events.ndjson > expected.ndjson
"""

import fileinput
import json
import sys
from collections import defaultdict
from datetime import datetime, timezone

MINUTE = 60_000


def epoch_ms(ts):
    """Epoch milliseconds of an integer or an ISO 8601 text."""
    if isinstance(ts, int):
        return ts
    # Before Python 3.11 the letter for UTC is not understood.
    moment = datetime.fromisoformat(ts.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"{ts} has no time zone")
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def iso(ms):
    moment = datetime.fromtimestamp(ms // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def ratio(numerator, denominator):
    return None if denominator == 0 else numerator / denominator


COUNTERS = ("receive_bytes", "send_bytes", "receive_packets", "send_packets")


def fold(lines):
    """Folds events into totals per stage, window start and key."""
    devices = defaultdict(lambda: [0, 0, 0, 0, 0])
    addresses = defaultdict(lambda: [0, 0])
    totals = defaultdict(int)
    seen = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        event = json.loads(line)
        identity = event.get("event_id", f"line {number}")
        if identity in seen:
            continue
        seen.add(identity)
        start = epoch_ms(event["ts"]) // MINUTE * MINUTE
        device = devices[start, event["device"]]
        for index, counter in enumerate(COUNTERS):
            device[index] += event[counter]
        device[4] += 1
        size = event["receive_bytes"] + event["send_bytes"]
        address = addresses[start, event["ip"]]
        address[0] += size
        address[1] += 1
        totals[start] += size
    return devices, addresses, totals


def results(lines):
    devices, addresses, totals = fold(lines)
    for (start, key), (received, sent, packets_in, packets_out, events) in sorted(devices.items()):
        yield "device-traffic", start, key, {
            "receive_bytes": received,
            "send_bytes": sent,
            "receive_packets": packets_in,
            "send_packets": packets_out,
            "events": events,
            "receive_bytes_per_packet": ratio(received, packets_in),
            "send_bytes_per_packet": ratio(sent, packets_out),
        }
    for (start, key), (size, events) in sorted(addresses.items()):
        yield "ip-share", start, key, {"bytes": size, "share": ratio(size, totals[start]), "events": events}


def main():
    with fileinput.input(encoding="utf-8") as lines:
        for stage, start, key, values in results(lines):
            line = {"stage": stage, "key": key, "start": iso(start), "end": iso(start + MINUTE), "values": values}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
