"""What schemathesis cannot know from the document alone."""

import json

import schemathesis
from schemathesis.core.parameters import ParameterLocation

LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")
# Of lines, and of what is encoded, the document does not say what is right.
TOLD = {None, "application/json", "application/cloudevents+json", "application/cloudevents-batch+json"}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Any body at all may be the data of an event whose attributes are in headers: not of the requests that are made here."""
    for path in raw_schema["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.get("requestBody", {}).get("content", {}).pop("*/*", None)


@schemathesis.serializer(*LINES)
def lines(context, value):
    """Lines of JSON are a text to the document."""
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "surrogatepass")


def attributes_of(case):
    """The headers that are attributes of an event in binary mode."""
    return [name for name in case.headers or {} if name.lower().startswith("ce-")]


def is_ahead(value):
    """Whether a time in a body is far ahead of now: no schema says what is."""
    if isinstance(value, list):
        return any(is_ahead(one) for one in value)
    if not isinstance(value, dict):
        return False
    times = [value.get(name) for name in ("ts", "timestamp", "time")]
    late = [time for time in times if isinstance(time, (int, float)) and time > 4_102_444_800_000]
    return bool(late) or any(isinstance(time, str) and time > "2026" for time in times) or is_ahead(value.get("data"))


@schemathesis.hook
def filter_case(context, case):
    """Leaves out what the document does not tell, and what has a wrong attribute: in other modes than binary it is not looked at."""
    if case.meta is None or case.meta.phase.name == "examples":
        return True
    if case.media_type not in TOLD or "data_base64" in json.dumps(case.body, default=str) or is_ahead(case.body):
        return False
    headers = case.meta.components.get(ParameterLocation.HEADER)
    return headers is None or not headers.mode.is_negative or not attributes_of(case)


@schemathesis.hook
def before_call(context, case, kwargs):
    """No schema says which headers go with which body, or that a time is now or not before another one, or what a cursor is."""
    is_example = case.meta is not None and case.meta.phase.name == "examples"
    for name in ("content-encoding", "millrace-sent-at", "sent-at", *([] if is_example else attributes_of(case))):
        if case.headers:
            case.headers.pop(name, None)
    if case.query:
        case.query.pop("cursor", None)
        if "from" in case.query and "to" in case.query:
            del case.query["to"]
