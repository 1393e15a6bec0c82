#!/usr/bin/env python3
"""Turns an Apache access log (common or combined format) into network-traffic events, one per request.

The client's address is device and ip, the bytes of the answer are receive_bytes ("-" is 0), each request is one
received packet, and the number of the line is the event's id.

    python3 test/oracle/access_log.py access.log > events.ndjson
"""

import fileinput
import json
import re
import sys
from datetime import datetime, timezone

LINE = re.compile(r'^(\S+) \S+ .*?\[([^\]]+)\] "(?:[^"\\]|\\.)*" \d{3} (\d+|-)')
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def event(number, line):
    """The event of a line, None where the line is not of the format."""
    match = LINE.match(line)
    if match is None:
        return None
    address, time, size = match.groups()
    since = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z") - EPOCH
    return {
        "event_id": str(number),
        "device": address,
        "ip": address,
        "receive_bytes": 0 if size == "-" else int(size),
        "send_bytes": 0,
        "receive_packets": 1,
        "send_packets": 0,
        "ts": (since.days * 86_400 + since.seconds) * 1000,
    }


def main():
    skipped = 0
    with fileinput.input(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            found = event(number, line)
            if found is None:
                skipped += 1
                sys.stderr.write(f"line {number} is not of the access log format\n")
            else:
                sys.stdout.write(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n")
    return 1 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
