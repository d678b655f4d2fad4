"""/composite: up to 25 calls in one, which counts as one against the daily limit."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.salesforce.call import Call, Reply
from simulator.salesforce.errors import RefusedError

MAX_CALLS = 25
MAX_QUERIES = 5
HALTED = RefusedError(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)
_REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")
_STEP = re.compile(r"\w+")

Answer = Callable[[Call], Reply]


def composite(call: Call, answer: Answer) -> Reply:
    """Run the subrequests in order; each keeps its own status."""
    wanted = _subrequests(call)
    mark = call.writing.mark()
    bodies: dict[str, Any] = {}
    results: list[dict[str, Any]] = []
    for one in wanted:
        reply = _answer_one(call, one, bodies, answer)
        bodies[one["referenceId"]] = reply.body
        results.append(_result(one, reply))
    if call.json_object().get("allOrNone") is True and any(one["httpStatusCode"] >= 400 for one in results):
        call.writing.roll_back(mark)
        results = [one if one["httpStatusCode"] >= 400 else _halted(one) for one in results]
    return Reply(body={"compositeResponse": results})


def split(url: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Path parts after /services/data/vNN.N, and the query."""
    parts = urlsplit(url)
    path = [unquote(part) for part in parts.path.split("/") if part]
    return tuple(path[3:]), dict(parse_qsl(parts.query, keep_blank_values=True))


def _subrequests(call: Call) -> list[dict[str, Any]]:
    wanted = call.json_object().get("compositeRequest")
    if not isinstance(wanted, list) or not wanted:
        raise RefusedError("INVALID_INPUT", "compositeRequest must hold at least one subrequest")
    if len(wanted) > MAX_CALLS:
        raise RefusedError("LIMIT_EXCEEDED", f"Maximum number of composite subrequests exceeded: {MAX_CALLS}")
    for one in wanted:
        if not isinstance(one, dict) or not all(
            isinstance(one.get(key), str) for key in ("method", "url", "referenceId")
        ):
            raise RefusedError("INVALID_INPUT", "each subrequest needs a method, a url and a referenceId")
    _check_headers(wanted)
    names = [one["referenceId"] for one in wanted]
    if len(set(names)) < len(names):
        raise RefusedError("INVALID_INPUT", "Duplicate referenceId in the composite request")
    heavy = [one for one in wanted if re.search(r"/(query|queryAll|composite/sobjects)\b", one["url"])]
    if len(heavy) > MAX_QUERIES:
        raise RefusedError(
            "LIMIT_EXCEEDED", f"Up to {MAX_QUERIES} of the subrequests can be queries or sObject Collections operations"
        )
    return wanted


def _check_headers(wanted: list[dict[str, Any]]) -> None:
    """Only these three come from the whole call, and no part may name them; every other header it has to bring."""
    inherited = {"accept", "authorization", "content-type"}
    named = {str(name).lower() for one in wanted for name in one.get("httpHeaders") or {}} & inherited
    if named:
        raise RefusedError("INVALID_INPUT", f"httpHeaders of a subrequest cannot hold {', '.join(sorted(named))}")


def _answer_one(call: Call, one: dict[str, Any], bodies: Mapping[str, Any], answer: Answer) -> Reply:
    try:
        path, query = _target(str(_resolved(one["url"], bodies)))
        headers = {str(name).lower(): str(value) for name, value in (one.get("httpHeaders") or {}).items()}
        body = _resolved(one.get("body"), bodies)
        inner = call.inside(method=one["method"].upper(), path=path, query=query, headers=headers, body=body)
        return answer(inner)
    except RefusedError as refusal:
        return Reply(status=refusal.status, body=refusal.body())


def _target(url: str) -> tuple[tuple[str, ...], dict[str, str]]:
    path, query = split(url)
    if path == ("composite",):
        raise RefusedError("INVALID_INPUT", "a composite request cannot hold another")
    return path, query


def _result(one: dict[str, Any], reply: Reply) -> dict[str, Any]:
    return {
        "body": reply.body,
        "httpHeaders": dict(reply.headers),
        "httpStatusCode": reply.status,
        "referenceId": one["referenceId"],
    }


def _halted(result: dict[str, Any]) -> dict[str, Any]:
    return result | {"body": HALTED.body(), "httpHeaders": {}, "httpStatusCode": 400}


def _resolved(value: Any, bodies: Mapping[str, Any]) -> Any:
    """References such as @{newLead.id} replaced by what the earlier answer said."""
    if isinstance(value, dict):
        return {name: _resolved(inner, bodies) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, bodies) for inner in value]
    if not isinstance(value, str):
        return value
    return _REFERENCE.sub(lambda match: str(_looked_up(match[1], match[2], bodies)), value)


def _looked_up(name: str, path: str, bodies: Mapping[str, Any]) -> Any:
    found = bodies.get(name)
    for step in _STEP.findall(path):
        if isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            raise RefusedError("PROCESSING_HALTED", f"Invalid reference specified. No value for {name}.{path} found")
    return found
