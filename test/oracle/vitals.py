#!/usr/bin/env python3
"""Recomputes the results of the sample pipeline patient-vitals from its events, independently of Millrace.

Reads patient-vitals events as NDJSON (files, or standard input) and writes the results of the stages vitals-stats and
elevated-sessions as NDJSON, or, with --elevated, the ids of the events that the filter lets pass. Every event id counts
once. Means and variances are rational numbers that are rounded once. Lateness plays no part: the events are expected to
be in time, or late within what the stages allow.

    python3 test/oracle/vitals.py events.ndjson > expected.ndjson
    python3 test/oracle/compare.py expected.ndjson --tolerance 1e-12
"""

import argparse
import json
import math
import sys
from collections import defaultdict
from fractions import Fraction

from windows import MINUTE, epoch_ms, iso

MEASURES = ("heart_rate", "blood_pressure", "glucose_level")
LIMIT = 80
SIZE = 5 * MINUTE
SLIDE = MINUTE
GAP = 2 * MINUTE


def read(lines):
    """Events with their times, each id once."""
    seen = set()
    for line in lines:
        if not line.strip():
            continue
        event = json.loads(line)
        identity = event.get("event_id")
        if identity is not None:
            # The number 1 and the text "1" are the same id.
            if str(identity) in seen:
                continue
            seen.add(str(identity))
        yield epoch_ms(event["timestamp"]), event


def moments(values):
    """Number, mean and sum of squared deviations, exactly."""
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    return len(exact), mean, sum((value - mean) ** 2 for value in exact)


def statistics(values):
    if not values:
        return {"count": 0, "mean": None, "min": None, "max": None, "variance": None}
    number, mean, squares = moments(values)
    return {
        "count": number,
        "mean": float(mean),
        "min": min(values),
        "max": max(values),
        "variance": float(squares / (number - 1)) if number > 1 else None,
    }


def correlation(pairs):
    """Pearson's, over the pairs without gaps; none where one side does not vary."""
    if not pairs:
        return None
    _, mean_x, squares_x = moments([x for x, _ in pairs])
    _, mean_y, squares_y = moments([y for _, y in pairs])
    if squares_x == 0 or squares_y == 0:
        return None
    together = sum((Fraction(x) - mean_x) * (Fraction(y) - mean_y) for x, y in pairs)
    # The square is exact, so that nothing is lost where both sides are large and vary little.
    return math.copysign(math.sqrt(together**2 / (squares_x * squares_y)), together)


def stats(events):
    windows = defaultdict(list)
    for time, event in events:
        last = time // SLIDE * SLIDE
        for start in range(last, last - SIZE, -SLIDE):
            windows[start, event["patient_id"]].append(event)
    for (start, patient), inside in sorted(windows.items()):
        values = {"events": len(inside)}
        for measure in MEASURES:
            present = [event[measure] for event in inside if event.get(measure) is not None]
            for name, value in statistics(present).items():
                values[f"{measure}_{name}"] = value
        pairs = [(event.get("heart_rate"), event.get("blood_pressure")) for event in inside]
        values["correlation"] = correlation([(x, y) for x, y in pairs if x is not None and y is not None])
        yield start, start + SIZE, patient, values


def elevated(events):
    return [(time, event) for time, event in events if (event.get("heart_rate") or 0) > LIMIT]


def sessions(events):
    patients = defaultdict(list)
    for time, event in elevated(events):
        patients[event["patient_id"]].append((time, event["heart_rate"]))
    for patient, readings in sorted(patients.items()):
        readings.sort()
        session = []
        for time, rate in readings:
            if session and time - session[-1][0] > GAP:
                yield close(patient, session)
                session = []
            session.append((time, rate))
        yield close(patient, session)


def close(patient, session):
    values = {"events": len(session), "max_heart_rate": max(rate for _, rate in session)}
    return session[0][0], session[-1][0] + GAP, patient, values


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=argparse.FileType(encoding="utf-8"), default=[sys.stdin])
    parser.add_argument("--elevated", action="store_true", help="the ids of the events that the filter lets pass")
    options = parser.parse_args()
    events = list(read(line for file in options.files for line in file))
    if options.elevated:
        for _, event in elevated(events):
            sys.stdout.write(json.dumps(event.get("event_id"), ensure_ascii=False) + "\n")
        return
    for stage, results in (("vitals-stats", stats(events)), ("elevated-sessions", sessions(events))):
        for start, end, key, values in results:
            line = {"stage": stage, "key": key, "start": iso(start), "end": iso(end), "values": values}
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
