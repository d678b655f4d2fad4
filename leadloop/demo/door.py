"""The simulator's side door, as a rig uses it: seed, act, time, faults, objects, log."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

TIMEOUT_S = 60.0


class Door:
    """One simulator, reached at one of its two addresses."""

    def __init__(self, address: str) -> None:
        self._root = f"{address}/_simulator"
        self._session = requests.Session()

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        answer = self._session.post(f"{self._root}/{path}", json=body, timeout=TIMEOUT_S)
        if answer.status_code >= requests.codes.bad_request:
            raise ValueError(f"the side door refused {path}: {answer.text[:500]}")
        return answer.json()

    def seed(self, rows: Mapping[str, Any]) -> Any:
        return self._post("seed", rows)

    def act(self, acts: Sequence[Mapping[str, Any]]) -> Any:
        return self._post("act", {"acts": list(acts)})

    def advance(self, seconds: float) -> str:
        """Move the clock on; returns the simulated time as text."""
        return str(self._post("time", {"advance_s": seconds})["now"])

    def now(self) -> str:
        return str(self._session.get(f"{self._root}/time", timeout=TIMEOUT_S).json()["now"])

    def fault(self, order: Mapping[str, Any]) -> Any:
        return self._post("faults", order)

    def objects(self, kind: str, system: str) -> list[dict[str, Any]]:
        answer = self._session.get(f"{self._root}/objects/{kind}", params={"system": system}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["objects"]
        return found

    def log(self, since: int = 0) -> Iterator[dict[str, Any]]:
        with self._session.get(f"{self._root}/log", params={"since": since}, stream=True, timeout=TIMEOUT_S) as answer:
            answer.raise_for_status()
            for line in answer.iter_lines():
                if line:
                    yield json.loads(line)
