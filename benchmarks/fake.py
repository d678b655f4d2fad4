"""Both systems as bare as can be: answers encoded beforehand, from a raw asyncio server in a process of its own.

What a benchmark's client spends on it is the client's own cost. It speaks just enough of both APIs for our connectors
to read contacts and leads, and has one address that enforces a rolling limit.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

STAMP = "2026-11-20T10:00:00"
CONTACT_FIELDS = tuple(f"property_{number}" for number in range(11))
LEAD_FIELDS = tuple(f"Field_{number}__c" for number in range(8))
_ALWAYS = (
    *("Id", "IsDeleted", "CreatedDate", "LastModifiedDate", "LastModifiedById", "SystemModstamp"),
    *("MasterRecordId", "OwnerId", "IsConverted"),
)
_DATES = {"CreatedDate", "LastModifiedDate", "SystemModstamp"}


def contact(number: int) -> dict[str, object]:
    """A contact of 15 properties as HubSpot shows it."""
    properties = {
        "hs_object_id": str(number),
        "createdate": f"{STAMP}.123Z",
        "lastmodifieddate": f"{STAMP}.{number % 1000:03}Z",
        "email": f"person{number}@acme.example",
        **{name: f"value {number} of {name}" for name in CONTACT_FIELDS},
    }
    stamps = {"createdAt": f"{STAMP}.123Z", "updatedAt": f"{STAMP}.{number % 1000:03}Z"}
    return {"id": str(number), "properties": properties, **stamps, "archived": False}


def lead(number: int) -> dict[str, object]:
    """A lead of 17 fields as Salesforce shows it."""
    record_id = f"00Q{number:012d}AAA"
    return {
        "attributes": {"type": "Lead", "url": f"/services/data/v62.0/sobjects/Lead/{record_id}"},
        **dict.fromkeys(_DATES, f"{STAMP}.000+0000"),
        "Id": record_id,
        "IsDeleted": False,
        "LastModifiedById": "005000000000001AAA",
        "MasterRecordId": None,
        "OwnerId": "005000000000001AAA",
        "IsConverted": False,
        **{name: f"value {number} of {name}" for name in LEAD_FIELDS},
    }


class Pages:
    """Answers by path, encoded once."""

    def __init__(self, contacts: int, leads: int) -> None:
        self._contacts = [contact(number) for number in range(contacts)]
        self.search = self._hubspot(200, total=contacts)
        self.listing = self._hubspot(100, total=None)
        self.query = self._salesforce([lead(number) for number in range(leads)])
        self.properties = _json({"results": [_property(name) for name in self._contacts[0]["properties"]]})  # type: ignore[attr-defined]  # a dict of ours
        self.describe = _json({"name": "Lead", "fields": [_field(name) for name in (*_ALWAYS, *LEAD_FIELDS)]})

    def _hubspot(self, size: int, *, total: int | None) -> list[bytes]:
        found = []
        for begin in range(0, len(self._contacts), size):
            page: dict[str, object] = {"results": self._contacts[begin : begin + size]}
            if begin + size < len(self._contacts):
                page["paging"] = {"next": {"after": str(begin + size), "link": "…"}}
            found.append(_json(page | ({} if total is None else {"total": total})))
        return found

    def _salesforce(self, leads: list[dict[str, object]], size: int = 2000) -> list[bytes]:
        found = []
        for begin in range(0, len(leads), size):
            done = begin + size >= len(leads)
            more = {} if done else {"nextRecordsUrl": f"/services/data/v62.0/query/01g-{begin // size + 1}"}
            page = {"totalSize": len(leads), "done": done, **more, "records": leads[begin : begin + size]}
            found.append(_json(page))
        return found

    def answer(self, method: str, target: str, body: bytes) -> bytes:  # noqa: PLR0911 - one line per address
        parts = urlsplit(target)
        path, query = parts.path.rstrip("/"), parse_qs(parts.query)
        match path.rsplit("/", 1)[-1]:
            case "search":
                return self.search[int(json.loads(body).get("after") or 0) // 200]
            case "contacts" if "/objects" in path:
                return self.listing[int(query.get("after", ["0"])[0]) // 100]
            case "contacts":
                return self.properties
            case "update" | "sobjects" if method in ("POST", "PATCH"):
                return self.written(body)
            case "describe":
                return self.describe
            case "query" | "queryAll":
                return self.query[0]
            case "updated":
                return _json({"ids": [], "latestDateCovered": f"{STAMP}.000+0000"})
            case last if last.startswith("01g-"):
                return self.query[int(last[4:])]
        return _json({})

    def written(self, body: bytes) -> bytes:
        """A receipt per row, in the shape of whichever system the rows are for."""
        told = json.loads(body)
        if "records" in told:
            return _json([{"id": row["id"], "success": True, "errors": []} for row in told["records"]])
        return _json({"status": "COMPLETE", "results": [contact(int(row["id"])) for row in told["inputs"]]})


def _property(name: str) -> dict[str, object]:
    kind = "datetime" if name in ("createdate", "lastmodifieddate") else "string"
    return {"name": name, "label": name, "type": kind, "fieldType": "text", "groupName": "x", "options": []}


def _field(name: str) -> dict[str, object]:
    kind = "datetime" if name in _DATES else "boolean" if name.startswith("Is") else "string"
    return {"name": name, "label": name, "type": kind, "length": 255, "picklistValues": [], "referenceTo": []}


def _json(told: object) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


class Limit:
    """Counts what arrives in a window that rolls, as a vendor does."""

    def __init__(self, sends: int, window_s: float) -> None:
        self.sends, self.window_s = sends, window_s
        self._seen: deque[float] = deque()
        self.refused = 0

    @property
    def left(self) -> int:
        return self.sends - len(self._seen)

    def takes(self, now: float) -> bool:
        while self._seen and self._seen[0] + self.window_s <= now:
            self._seen.popleft()
        if len(self._seen) >= self.sends:
            self.refused += 1
            return False
        self._seen.append(now)
        return True


async def _serve(pages: Pages, limit: Limit) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                method, target, _ = line.decode().split(" ", 2)
                body = await _body(reader)
                status, content, more = 200, b"{}", ""
                if target == "/limited":
                    status = 200 if limit.takes(time.monotonic()) else 429
                    more = f"X-HubSpot-RateLimit-Max: {limit.sends}\r\nX-HubSpot-RateLimit-Remaining: {limit.left}\r\n"
                elif target == "/refused":
                    content = _json({"refused": limit.refused})
                else:
                    content = pages.answer(method, target, body)
                writer.write(_head(status, len(content), more) + content)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0, limit=1 << 22)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _body(reader: asyncio.StreamReader) -> bytes:
    length = 0
    while (line := await reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return await reader.readexactly(length) if length else b""


def _head(status: int, length: int, more: str) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {length}\r\n\r\n".encode()


@contextmanager
def fake(*, contacts: int = 1_000, leads: int = 1_000, sends: int = 1_000_000, window_s: float = 1.0) -> Iterator[str]:
    """The address of a server in a process of its own."""
    numbers = [str(each) for each in (contacts, leads, sends, window_s)]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.fake", *numbers], stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or not (port := process.stdout.readline().strip()):
            raise RuntimeError("the fake did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


if __name__ == "__main__":
    many = [float(each) for each in sys.argv[1:]]
    asyncio.run(_serve(Pages(int(many[0]), int(many[1])), Limit(int(many[2]), many[3])))
