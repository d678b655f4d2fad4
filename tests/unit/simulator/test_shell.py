"""The HTTP rim both vendors share."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.faults import Fault, FaultKind
from simulator.kernel import Kernel
from simulator.log import Effect
from simulator.serve import build_kernel
from simulator.shell import Shell

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class Rim:
    """A shell over a vendor that counts up on every POST."""

    kernel: Kernel
    app: Shell
    count: int = 0

    def call(self, method: str = "POST", path: str = "/count") -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app), base_url="http://crm.example"
            ) as client:
                return await client.request(method, path)

        return asyncio.run(send())

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.kernel.log.lines()]


@pytest.fixture
def rim(tmp_path: Path) -> Iterator[Rim]:
    kernel, _ = build_kernel(log_path=tmp_path / "log.jsonl", start=START)

    async def count(request: Request) -> Response:
        made.count += 1
        after = {"count": made.count}
        request.state.effects.append(Effect(op="update", type="Counter", id="1", before=None, after=after))
        return JSONResponse(after)

    async def look(_request: Request) -> Response:
        return JSONResponse({"count": made.count})

    vendor = Starlette(
        routes=[
            Route("/count", count, methods=["POST"]),
            Route("/count", look, methods=["GET"]),
            Route("/services/oauth2/token", look, methods=["POST"]),
        ]
    )
    made = Rim(kernel, Shell(vendor, "salesforce", kernel))
    yield made
    kernel.log.close()


def test_each_request_leaves_one_line_with_its_status_and_effects(rim: Rim) -> None:
    rim.call()
    rim.call("GET")
    rim.call("GET", "/nowhere")
    assert [(line["method"], line["path"], line["status"]) for line in rim.lines()] == [
        ("POST", "/count", 200),
        ("GET", "/count", 200),
        ("GET", "/nowhere", 404),
    ]
    assert [len(line["effects"]) for line in rim.lines()] == [1, 0, 0]


@pytest.mark.parametrize(("after_commit", "count"), [(False, 0), (True, 1)])
def test_a_lost_reply_gives_no_byte_and_the_log_knows_what_happened(rim: Rim, after_commit: bool, count: int) -> None:
    rim.kernel.faults.add(Fault(kind="reply_lost", after_commit=after_commit))
    with pytest.raises(ConnectionResetError):
        rim.call()
    assert rim.count == count
    assert [(line["status"], len(line["effects"])) for line in rim.lines()] == [(0, count)]


@pytest.mark.parametrize(("after_commit", "count"), [(False, 0), (True, 1)])
def test_a_bad_gateway_answers_html_that_is_not_utf8(rim: Rim, after_commit: bool, count: int) -> None:
    rim.kernel.faults.add(Fault(kind="bad_gateway", after_commit=after_commit))
    answer = rim.call()
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode()
    assert rim.count == count


@pytest.mark.parametrize("kind", ["rate_limit", "server_error", "row_lock"])
def test_a_fault_in_the_vendors_shape_is_left_to_the_vendor(rim: Rim, kind: FaultKind) -> None:
    rim.kernel.faults.add(Fault(kind=kind, path=None))
    assert rim.call().status_code == 200


def test_login_requests_are_logged_but_are_no_api_calls(rim: Rim) -> None:
    rim.call("POST", "/services/oauth2/token")
    rim.call()
    assert rim.kernel.api_calls == {"salesforce": 1}
    assert len(rim.lines()) == 2


def test_the_date_header_shows_simulated_time(rim: Rim) -> None:
    rim.kernel.clock.advance(86_400)
    assert rim.call("GET").headers["date"].startswith("Tue, 06 Jan 2026 09:00:")


def test_headers_that_say_how_a_call_was_meant_are_logged_and_no_secret_is(rim: Rim) -> None:
    async def send() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(rim.app), base_url="http://crm.example") as client:
            await client.post("/count", headers={"Sforce-Auto-Assign": "FALSE", "Authorization": "Bearer s3cret"})

    asyncio.run(send())
    assert rim.lines()[-1]["headers"] == {"sforce-auto-assign": "FALSE"}
