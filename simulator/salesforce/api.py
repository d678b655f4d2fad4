"""Which resource a REST path means."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from simulator.kernel import Settings
from simulator.log import Effect
from simulator.salesforce import describe, many_rows, setup_objects, single_rows
from simulator.salesforce.bulk_jobs import BulkJobs
from simulator.salesforce.call import Call, Reply, type_in_path
from simulator.salesforce.composite import composite
from simulator.salesforce.errors import RefusedError, not_found
from simulator.salesforce.org import Org
from simulator.salesforce.queries import Queries
from simulator.salesforce.quota import Quota
from simulator.salesforce.tooling import Tooling

Handler = Callable[[Org, Call], Reply]
Methods = dict[str, Handler]


class Api:
    """The REST resources of one org."""

    def __init__(self, org: Org, settings: Settings, quota: Quota) -> None:
        self._org = org
        self._settings = settings
        self._quota = quota
        self._queries = Queries(org, settings)
        self._jobs = BulkJobs(org, settings, self._queries)
        self._tooling = Tooling()

    def work(self, now: datetime, effects: list[Effect]) -> None:
        """What Salesforce does by itself between calls."""
        self._jobs.work(now, effects)

    def answer(self, call: Call) -> Reply:
        """The reply; RefusedError, with what the call wrote taken back, when it is refused."""
        self._obey_headers(call)
        mark = call.writing.mark()
        try:
            methods = self._methods(call)
            handler = methods.get(call.method) or _not_allowed(methods)
            return handler(self._org, call)
        except RefusedError:
            call.writing.roll_back(mark)
            raise

    def _obey_headers(self, call: Call) -> None:
        """For this call or this part of a Composite. Auto-Assign is TRUE, allowSave false, unless a caller says so."""
        assigns = call.headers.get("sforce-auto-assign", "TRUE").upper() != "FALSE"
        call.writing.assign_to = self._settings.auto_assign_to if assigns else None
        told = call.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "").split(";")
        call.writing.allow_save = "allowsave=true" in told and call.version >= "v52.0"

    def _methods(self, call: Call) -> Methods:
        top = call.path[0].lower() if call.path else ""
        if top == "sobjects":
            return self._sobjects(call)
        if top == "composite":
            return self._composite(call)
        if top in ("query", "queryall") and len(call.path) <= 2:
            return {"GET": self._page if len(call.path) == 2 else self._query}
        if call.path[:2] == ("tooling", "query") and setup_objects.of_tooling(call.query.get("q", "")):
            return {"GET": self._setup_query}
        if top in ("tooling", "ui-api"):
            return self._setup(call)
        if top == "jobs" and len(call.path) > 1:
            return dict(self._jobs.methods(call))
        if top == "limits" and len(call.path) == 1:
            return {"GET": self._limits}
        if not call.path:
            return {"GET": _resources}
        raise not_found()

    def _setup(self, call: Call) -> Methods:
        made: dict[tuple[str, ...], Methods] = {
            ("tooling", "query"): {"GET": self._tooling.query},
            ("tooling", "sobjects", "customfield"): {"POST": self._tooling.create_field},
            ("tooling", "sobjects", "quickactiondefinition"): {"POST": self._tooling.create_action},
        }
        path = tuple(part.lower() for part in call.path)
        if path[:2] == ("ui-api", "list-info") and len(path) == 3:
            return {"POST": self._tooling.create_list}
        if path not in made:
            raise not_found()
        return made[path]

    def _sobjects(self, call: Call) -> Methods:
        last = call.path[2].lower() if len(call.path) == 3 else ""
        special: dict[str, Handler] = {"describe": _describe, "updated": self._updated, "deleted": self._deleted}
        special["quickactions"] = self._tooling.actions
        if last in special:
            return {"GET": special[last]}
        by_length: dict[int, Methods] = {
            1: {"GET": _describe_all},
            2: {"GET": _about, "POST": single_rows.create},
            3: {"GET": single_rows.read, "PATCH": single_rows.change, "DELETE": single_rows.remove},
            4: {"GET": single_rows.read_external, "PATCH": single_rows.upsert},
        }
        if len(call.path) not in by_length:
            raise not_found()
        return by_length[len(call.path)]

    def _composite(self, call: Call) -> Methods:
        if len(call.path) == 1:
            return {"POST": self._in_one}
        by_length: dict[int, Methods] = {
            2: {"POST": many_rows.create, "PATCH": many_rows.change, "DELETE": many_rows.remove},
            3: {"POST": many_rows.read, "GET": many_rows.read},
            4: {"PATCH": many_rows.upsert},
        }
        if call.path[1].lower() != "sobjects" or len(call.path) not in by_length:
            raise not_found()
        return by_length[len(call.path)]

    def _in_one(self, _org: Org, call: Call) -> Reply:
        return composite(call, self.answer)

    def _query(self, _org: Org, call: Call) -> Reply:
        if setup_objects.of_tooling(call.query.get("q", "")):
            raise RefusedError("INVALID_TYPE", "sObject type is not supported: it is one of the Tooling API")
        return self._queries.query(call)

    def _setup_query(self, _org: Org, call: Call) -> Reply:
        reply = self._queries.query(call)
        return replace(reply, body=setup_objects.with_metadata(reply.body))

    def _page(self, _org: Org, call: Call) -> Reply:
        return self._queries.more(call)

    def _updated(self, _org: Org, call: Call) -> Reply:
        return self._queries.updated(call)

    def _deleted(self, _org: Org, call: Call) -> Reply:
        return self._queries.deleted(call)

    def _limits(self, _org: Org, call: Call) -> Reply:
        most = int(self._settings.daily_calls["salesforce"])
        left = max(0, most - self._quota.used(call.writing.now))
        full = {"DailyAsyncApexExecutions": 250_000, "DailyBulkApiBatches": 15_000}
        body = {"DailyApiRequests": {"Max": most, "Remaining": left}}
        left_of_jobs = {
            "Max": int(self._settings.bulk_query_jobs),
            "Remaining": self._jobs.left_today(call.writing.now),
        }
        body |= {name: {"Max": size, "Remaining": size} for name, size in full.items()}
        return Reply(body=body | {"DailyBulkV2QueryJobs": left_of_jobs})


def _not_allowed(methods: Methods) -> Handler:
    def refuse(_org: Org, call: Call) -> Reply:
        message = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(methods)}"
        raise RefusedError("METHOD_NOT_ALLOWED", message, status=405)

    return refuse


def _resources(_org: Org, call: Call) -> Reply:
    return Reply(body=describe.resources(call.version))


def _describe_all(org: Org, call: Call) -> Reply:
    told = describe.everything(call.version)
    return Reply(body=told | {"sobjects": [one for one in told["sobjects"] if not org.security.hides(one["name"])]})


def _describe(org: Org, call: Call) -> Reply:
    return Reply(body=describe.described(org.seen(type_in_path(call.path[1])), call.version, org.table("RecordType")))


def _about(_org: Org, call: Call) -> Reply:
    type_ = type_in_path(call.path[1])
    everything = describe.everything(call.version)["sobjects"]
    about = next(one for one in everything if one["name"] == type_.name)
    return Reply(body={"objectDescribe": about, "recentItems": []})
