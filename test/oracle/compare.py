#!/usr/bin/env python3
"""Compares expected results with what a running Millrace answers, value by value.

    python3 test/oracle/windows.py events.ndjson > expected.ndjson
    python3 test/oracle/compare.py expected.ndjson --url http://127.0.0.1:4000 --wait 60

Windows outside the span of the expected ones are not looked at. Exit status: 0 equal, 1 different.
"""

import argparse
import json
import math
import sys
import time
import urllib.parse
import urllib.request

SHOWN = 10


def read_expected(path):
    expected = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            result = json.loads(line)
            stage = expected.setdefault(result["stage"], {})
            stage[result["start"], result["end"], result["key"]] = result["values"]
    return expected


def fetch(url, key, stage, first, last):
    """All results of a stage with start in [first, last], and how many pages they took."""
    found = {}
    cursor = None
    while True:
        # The end is exclusive; a later window starts at least a millisecond after the last one.
        query = {"from": first, "to": last[:-4] + "999Z", "limit": 2_000}
        if cursor:
            query["cursor"] = cursor
        address = f"{url}/v1/windows/{stage}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(address, headers={"x-api-key": key})
        with urllib.request.urlopen(request, timeout=60) as answer:
            page = json.load(answer)
        for item in page["items"]:
            place = item["start"], item["end"], item["key"]
            if place in found:
                raise SystemExit(f"{stage}: {place} is listed twice")
            found[place] = item["values"]
        cursor = page.get("cursor")
        if not cursor:
            return found


def same(expected, found, tolerance):
    """Whether two sets of values are equal, numbers up to a part of themselves."""
    if expected.keys() != found.keys():
        return False
    for name, value in expected.items():
        other = found[name]
        if value == other:
            continue
        if not isinstance(value, float) or not isinstance(other, (int, float)):
            return False
        if not math.isclose(value, other, rel_tol=tolerance, abs_tol=tolerance):
            return False
    return True


def differences(stage, expected, found, tolerance):
    """Texts that say what is missing, too much, or different."""
    for place in expected.keys() - found.keys():
        yield f"{stage} {place}: missing, expected {json.dumps(expected[place])}"
    for place in found.keys() - expected.keys():
        yield f"{stage} {place}: not expected, but there is {json.dumps(found[place])}"
    for place in expected.keys() & found.keys():
        if not same(expected[place], found[place], tolerance):
            yield f"{stage} {place}: expected {json.dumps(expected[place])}, found {json.dumps(found[place])}"


def compare(expected, url, key, tolerance):
    wrong = []
    for stage, results in sorted(expected.items()):
        starts = sorted({start for start, _, _ in results})
        wrong.extend(differences(stage, results, fetch(url, key, stage, starts[0], starts[-1]), tolerance))
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("expected", help="NDJSON written by windows.py")
    parser.add_argument("--url", default="http://127.0.0.1:4000")
    parser.add_argument("--key", default="local")
    parser.add_argument("--wait", type=float, default=0, help="seconds to wait for the results to become equal")
    parser.add_argument("--tolerance", type=float, default=0, help="how far fractions may be off, relative to themselves")
    options = parser.parse_args()
    expected = read_expected(options.expected)
    deadline = time.monotonic() + options.wait
    while True:
        try:
            wrong = compare(expected, options.url.rstrip("/"), options.key, options.tolerance)
        except OSError as error:
            wrong = [f"cannot read from {options.url}: {error}"]
        if not wrong or time.monotonic() >= deadline:
            break
        time.sleep(1)
    for text in sorted(wrong)[:SHOWN]:
        print(text)
    total = sum(len(results) for results in expected.values())
    print(f"{len(wrong)} differences in {total} results")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
