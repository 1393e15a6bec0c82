"""Sends events with the CloudEvents SDK for Python in both modes that it has: send.py <url> <type>."""

import sys
import urllib.request

try:
    from cloudevents.http import CloudEvent, to_binary, to_structured
except ImportError:
    # The SDK moved this interface between its major versions.
    from cloudevents.v1.http import CloudEvent, to_binary, to_structured

if len(sys.argv) < 3:
    sys.exit(0)

for n, to in enumerate([to_binary, to_structured]):
    attributes = {
        "id": f"py-{n}",
        "source": "/py",
        "type": sys.argv[2],
        "time": "2018-04-05T17:31:00.123+00:00",
        "subject": "plain",
        "datacontenttype": "application/json",
        "comexample": "7",
    }
    headers, body = to(CloudEvent(attributes, {"n": n, "text": "Grüße, 🌎"}))
    request = urllib.request.Request(sys.argv[1], body, {**headers, "x-api-key": "local"})
    with urllib.request.urlopen(request) as response:
        assert response.status == 202, response.status
