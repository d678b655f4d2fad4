"""Every bad input is named with file, line, column and the nearest right word; all of them at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import Installation, load, load_settings
from domain.errors import RuleError, SettingsError
from tests.unit.config.conftest import TYPES, VARIABLES, Edit

Mistakes = Callable[..., list[str]]
Read = Callable[..., Installation]

RULE_MISTAKES = [
    ("unknown key", "scoring", "pionts", "        points: 25", "        pionts: 25",
     "scoring.yaml:6:9: unknown key `pionts` (did you mean `points`?)"),
    ("unknown key at the top", "scoring", "fitt", "fit:\n", "fitt:\n",
     "scoring.yaml:7:1: unknown key `fitt` (did you mean `fit`?)"),
    ("unknown key in a row", "scoring", "valeu", "value: chief", "valeu: chief",
     "scoring.yaml:17:15: unknown key `valeu` (did you mean `value`?)"),
    ("text for a number", "scoring", "ten", "points: 25", "points: ten",
     "scoring.yaml:6:17: `points` has to be a whole number, not text"),
    ("a fraction for a whole number", "scoring", "2.5", "points: 25", "points: 2.5",
     "scoring.yaml:6:17: `points` has to be a whole number, not a fraction"),
    ("a number beyond its bound", "scoring", "2500", "points: 25", "points: 2500",
     "scoring.yaml:6:17: `points` has to be at most 1000, not 2500"),
    ("a number for text", "scoring", "2026", "name: Demo", "name: 2026",
     "scoring.yaml:4:15: `name` has to be text, not a number (put it in quotes)"),
    ("keys in a list of values", "scoring", "a: 1", "value: chief", "value: [chief, {a: 1}]",
     "scoring.yaml:17:30: an item of `value` has to be text, a number or true or false, not keys and values"),
    ("missing key", "scoring", "points", "        points: 30\n", "",
     "scoring.yaml:11:9: `points` is missing in an item of `rules`"),
    ("unknown activity kind", "scoring", "submited", "[form_submitted]", "[form_submited]",
     "scoring.yaml:5:14: `form_submited` is no known value for an item of `on` (did you mean `form_submitted`?)"),
    ("unknown operator", "scoring", "contain", "operator: contains", "operator: contain",
     "scoring.yaml:16:25: `contain` is no known value for `operator` (did you mean `contains`?)"),
    ("a value that does not fit its operator", "scoring", "in", "operator: contains", "operator: in",
     "scoring.yaml:15:15: `in` needs a list of values, such as [a, b]"),
    ("unknown property in a row", "scoring", "job_titel", "property: job_title", "property: job_titel",
     "scoring.yaml:15:25: property `job_titel` is not defined in mapping.yaml (did you mean `job_title`?)"),
    ("duplicate rule", "scoring", "Demo", "name: Chief", "name: Demo",
     "scoring.yaml:11:15: rule `Demo` stands twice (first in line 4)"),
    ("unknown property in a sentence", "scoring", "titel", "        points: 30\n",
     "        points: 30\n        says: '{job_titel}'\n",
     "scoring.yaml:13:15: property `job_titel` is not defined in mapping.yaml (did you mean `job_title`?)"),
    ("braces that do not match", "scoring", "{", "        points: 25\n",
     "        points: 25\n        says: 'A {form'\n",
     "scoring.yaml:7:15: the braces in this sentence do not match: expected '}' before end of string"),
    ("duplicate key", "scoring", "points", "        points: 25\n", "        points: 25\n        points: 20\n",
     "scoring.yaml:7:9: `points` stands twice (first in line 6)"),
    ("duplicate property", "mapping", "email", "name: opted_out", "name: email",
     "mapping.yaml:17:11: property `email` stands twice (first in line 11)"),
    ("unknown connection", "mapping", "hubb", "{hub: optout}", "{hubb: optout}",
     "mapping.yaml:19:14: connection `hubb` is not defined in leadloop.yaml (did you mean `hub`?)"),
    ("unknown object", "mapping", "Leed", "{Lead: Title", "{Leed: Title",
     "mapping.yaml:16:20: `crm` has no object `Leed` (did you mean `Lead`?)"),
    ("a link that leads nowhere", "mapping", "Leads", "crm:Lead", "crm:Leads",
     "mapping.yaml:9:33: a link leads to `connection:Object`, and there is no `crm:Leads` (did you mean `crm:Lead`?)"),
    ("unknown sync rule", "mapping", "blanks", "sync: Fill blank only", "sync: Fill blanks only",
     "mapping.yaml:13:11: `Fill blanks only` is no known value for `sync` (did you mean `Fill blank only`?)"),
    ("unknown transform", "mapping", "lowr", "[trim, lower]", "[trim, lowr]",
     "mapping.yaml:14:24: there is no transform `lowr` (did you mean `lower`?)"),
    ("a number for a field", "mapping", "5", "{hub: optout}", "{hub: 5}",
     "mapping.yaml:19:19: `hub` has to be text, not a number (put it in quotes)"),
    ("a status without values", "mapping", "status", "    type: boolean\n", "    type: boolean\n    role: status\n",
     "mapping.yaml:19:11: a property with the role `status` needs `values`: stage to the system's value"),
    ("a secret in a rule", "mapping", "env", "hub: jobtitle", "hub: '${env:HUB_TOKEN}'",
     "mapping.yaml:16:55: secrets belong into leadloop.yaml: rule files are published"),
    ("unknown required property", "lifecycle", "e_mail", "required: [email]", "required: [e_mail]",
     "lifecycle.yaml:18:12: property `e_mail` is not defined in mapping.yaml (did you mean `email`?)"),
    ("a reason without a list", "lifecycle", "no_need", "list: Need, ", "",
     "lifecycle.yaml:12:3: no list for the reason `no_need` (add `list:`, or `disqualifies: true`)"),
    ("a missing answer", "lifecycle", "already_working", "  already_working: Already working it\n", "",
     "lifecycle.yaml:1:1: `already_working` is missing in `verdicts`"),
    ("a misspelt answer", "lifecycle", "acept", "accept: Accept", "acept: Accept",
     "lifecycle.yaml:2:3: `acept` is no known key (did you mean `accept`?)"),
    ("a misspelt outcome", "lifecycle", "meating", "meeting: {label", "meating: {label",
     "lifecycle.yaml:8:3: `meating` is no known key (did you mean `meeting`?)"),
    ("a label with two meanings", "lifecycle", "No budget", "label: No need", "label: No budget",
     "lifecycle.yaml:12:20: `No budget` already means `no_budget`"),
    ("unknown pool", "routing", "SDRs", "to: {pool: SDR}", "to: {pool: SDRs}",
     "routing.yaml:15:16: there is no pool `SDRs` (did you mean `SDR`?)"),
    ("unknown team", "routing", "Sale", "team: Sales", "team: Sale",
     "routing.yaml:8:11: there is no team `Sale` (did you mean `Sales`?)"),
    ("two targets", "routing", "user", "to: {pool: SDR}", "to: {pool: SDR, user: x@acme.example}",
     "routing.yaml:15:9: a target names exactly one of pool, user, queue, account_owner, previous_owner, territory"),
    ("no fallback", "routing", "fallback", "fallback: {pool: SDR}\n", "",
     "routing.yaml:1:1: `fallback` is missing"),
    ("unknown time zone", "routing", "Berln", "Europe/Berlin", "Europe/Berln",
     "routing.yaml:3:16: `Europe/Berln` is not a time zone (did you mean `Europe/Berlin`?)"),
    ("unknown property in an expression", "routing", "jobtitle", "lead.job_title ==", "lead.jobtitle ==",
     "routing.yaml:14:13: property `jobtitle` is not defined in mapping.yaml (did you mean `job_title`?)"),
    ("a broken expression", "routing", "==", 'lead.job_title == "Chief"', "lead.job_title ==",
     "routing.yaml:14:13: CEL cannot read this expression: 1:18: Syntax error: mismatched input '<EOF>'"),
    ("an absence of nobody", "routing", "anna", "{email: ana@acme.example", "{email: anna@acme.example",
     "routing.yaml:5:17: nobody in any pool has this address (did you mean `ana@acme.example`?)"),
    ("no date", "routing", "tomorrow", "first: 2026-12-24", "first: tomorrow",
     "routing.yaml:5:42: `first` has to be a date such as 2026-12-24, not text"),
]  # fmt: skip

SETTINGS_MISTAKES = [
    ("unknown key", "databaze_url", "database_url:", "databaze_url:",
     "leadloop.yaml:1:1: unknown key `databaze_url` (did you mean `database_url`?)"),
    ("unknown connection type", "hubspott", "type: hubspot", "type: hubspott",
     "leadloop.yaml:9:11: there is no connection type `hubspott` (did you mean `hubspot`?)"),
    ("no connection type", "type", "    type: hubspot\n", "",
     "leadloop.yaml:8:3: `type` is missing in `hub` (one of: hubspot, salesforce)"),
    ("unknown key of a connection", "outh", "auth:", "outh:",
     "leadloop.yaml:6:5: unknown key `outh` (did you mean `auth`?)"),
    ("unknown choice of a connection", "client_credential", "auth: client_credentials", "auth: client_credential",
     "leadloop.yaml:6:11: `client_credential` is no known value for `auth` (did you mean `client_credentials`?)"),
    ("no secret", "client_secret", "    client_secret: ${env:CRM_SECRET}\n", "",
     "leadloop.yaml:3:3: `client_secret` is missing"),
    ("a secret that is not set", "CRM_SECRT", "env:CRM_SECRET", "env:CRM_SECRT",
     "leadloop.yaml:7:20: the environment variable CRM_SECRT is not set (did you mean `CRM_SECRET`?)"),
    ("a secret without a source", "evn", "env:CRM_SECRET", "evn:CRM_SECRET",
     ("leadloop.yaml:7:20: `${evn:CRM_SECRET}` names no source"
      " (write ${env:NAME} or ${file:PATH}; $${ stands for ${ itself)")),
    ("a reference left open", "${", "${env:CRM_SECRET}", "${env:CRM_SECRET",
     "leadloop.yaml:7:20: `${` is not closed by `}`"),
    ("a database of another kind", "mysql", "database_url: sqlite:///test.db", "database_url: mysql://x/y",
     ("leadloop.yaml:1:15: `database_url` has to begin with sqlite:/// or postgresql://,"
      " as in sqlite:///leadloop.db")),
    ("a number below its bound", "0", "database_url: sqlite:///test.db", "schedule: {cycle_minutes: 0}",
     "leadloop.yaml:1:27: `cycle_minutes` has to be at least 1, not 0"),
    ("a value for a section", "5", "database_url: sqlite:///test.db", "health: 5",
     "leadloop.yaml:1:9: `health` has to be keys and values, not a number"),
    ("a clock elsewhere", "clock", "database_url: sqlite:///test.db", "clock: https://time.example",
     "leadloop.yaml:1:8: the clock is `system` or a loopback address such as http://127.0.0.1:8401"),
    ("pilot without teams", "pilot", "database_url: sqlite:///test.db", "go_live: pilot",
     "leadloop.yaml:1:10: `pilot` needs `pilot_teams`: name at least one team"),
    ("pilot with an unknown team", "pilot", "database_url: sqlite:///test.db", "pilot_teams: [Sale]",
     "leadloop.yaml:1:15: there is no team `Sale` in routing.yaml (did you mean `Sales`?)"),
    ("a limit for an unknown connection", "cmr", "database_url: sqlite:///test.db", "budget: {daily_limit: {cmr: 5}}",
     "leadloop.yaml:1:24: there is no connection `cmr` (did you mean `crm`?)"),
    ("keys for an environment", "{}", "database_url: sqlite:///test.db", "environment: {}",
     "leadloop.yaml:1:14: `environment` has to be one word, not keys and values"),
    ("a list for an environment", "[]", "database_url: sqlite:///test.db", "environment: [live]",
     "leadloop.yaml:1:14: `environment` has to be one word, not a list"),
    ("calls below nothing", "-5", "database_url: sqlite:///test.db", "budget: {daily_limit: {crm: -5}}",
     "leadloop.yaml:1:29: `crm` has to be at least 1, not -5"),
    ("unknown anchor", "*b", "database_url: sqlite:///test.db", "database_url: *b",
     "leadloop.yaml:1:15: unknown anchor 'b' (define it before with &name)"),
    ("a tab", "tab", "  crm:\n", "\tcrm:\n",
     "leadloop.yaml:3:1: a tab stands where YAML wants spaces (indent with spaces)"),
]  # fmt: skip


def test_a_mapping_that_cannot_be_read_is_one_mistake_and_not_one_per_property(read: Read, edit: Edit) -> None:
    edit("mapping.yaml", "systems:", "systems: : x")
    edit("lifecycle.yaml", "label: No need", "label: No budget")
    with pytest.raises(SettingsError) as broken:
        read()
    assert [str(each).partition(": ")[0] for each in broken.value.problems] == [
        "mapping.yaml:1:10",
        "lifecycle.yaml:12:20",
    ]


def test_the_small_installation_is_fine(read: Read) -> None:
    installation = read()
    assert installation.settings.types() == {"crm": "salesforce", "hub": "hubspot"}
    assert [rule.name for rule in installation.rules.routing.rules] == ["Chiefs"]
    assert len(installation.rules.hash) == 64


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [(row[1], (row[3], row[4]), row[5]) for row in RULE_MISTAKES],
    ids=[row[0] for row in RULE_MISTAKES],
)
def test_a_mistake_in_a_rule_file_is_named_once_with_its_place(
    edit: Edit, mistakes: Mistakes, name: str, change: tuple[str, str], expected: str
) -> None:
    edit(f"{name}.yaml", *change)
    assert mistakes() == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(row[2], row[3], row[4]) for row in SETTINGS_MISTAKES],
    ids=[row[0] for row in SETTINGS_MISTAKES],
)
def test_a_mistake_in_the_settings_is_named_once_with_its_place(
    edit: Edit, mistakes: Mistakes, old: str, new: str, expected: str
) -> None:
    edit("leadloop.yaml", old, new)
    assert mistakes() == [expected]


def test_all_mistakes_of_all_files_come_at_once_in_the_order_of_the_files(edit: Edit, mistakes: Mistakes) -> None:
    edit("leadloop.yaml", "auth:", "outh:")
    edit("leadloop.yaml", "env:HUB_TOKEN", "env:HUB_TOKN")
    edit("mapping.yaml", "[trim, lower]", "[trim, lowr]")
    edit("scoring.yaml", "points: 25", "points: ten")
    edit("scoring.yaml", "property: job_title", "property: job_titel")
    edit("lifecycle.yaml", "list: Need, ", "")
    edit("routing.yaml", "to: {pool: SDR}", "to: {pool: SDRs}")
    assert [mistake.split(": ")[0] for mistake in mistakes()] == [
        "leadloop.yaml:6:5",
        "leadloop.yaml:10:19",
        "mapping.yaml:14:24",
        "scoring.yaml:6:17",
        "scoring.yaml:15:25",
        "lifecycle.yaml:12:3",
        "routing.yaml:15:16",
    ]


def test_mistakes_in_rules_alone_are_a_rule_error(edit: Edit, read: Read) -> None:
    edit("scoring.yaml", "points: 25", "points: ten")
    with pytest.raises(RuleError, match=r"1 mistake in .*\nscoring\.yaml:6:17: `points` has to be a whole number"):
        read()


def test_a_mistake_in_the_settings_is_no_rule_error(edit: Edit, read: Read) -> None:
    edit("leadloop.yaml", "auth:", "outh:")
    with pytest.raises(SettingsError) as caught:
        read()
    assert not isinstance(caught.value, RuleError)


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="leadloop init"):
        load(tmp_path / "nowhere", TYPES, variables=VARIABLES)


def test_a_missing_file_is_named(folder: Path, mistakes: Mistakes) -> None:
    (folder / "routing.yaml").unlink()
    assert mistakes() == ["routing.yaml:1:1: the file is missing (`leadloop init` writes one to start from)"]


def test_a_file_under_nearly_its_name_is_recognised(folder: Path, mistakes: Mistakes) -> None:
    (folder / "routing.yaml").rename(folder / "routing.yml")
    assert mistakes() == ["routing.yaml:1:1: the file is missing (rename routing.yml to routing.yaml)"]


def test_an_empty_file_misses_what_is_required(folder: Path, mistakes: Mistakes) -> None:
    (folder / "lifecycle.yaml").write_text("", encoding="utf-8")
    assert mistakes() == [
        "lifecycle.yaml:1:1: `outcomes` is missing",
        "lifecycle.yaml:1:1: `verdicts` is missing",
    ]


def test_routing_may_ask_for_what_is_known_around_the_lead(edit: Edit, mistakes: Mistakes) -> None:
    edit("routing.yaml", 'lead.job_title == "Chief"', 'lead.grade == "A" && lead.hand_raise')
    assert mistakes() == []


def test_the_test_environment_overlays_connections(folder: Path, read: Read) -> None:
    (folder / "environments").mkdir()
    (folder / "environments/test.yaml").write_text("connections: {crm: {login_url: https://test.example}}\n")
    live, test = read().settings, read("test").settings
    assert live.connections["crm"].model_dump()["login_url"] == "https://acme.example"
    assert test.connections["crm"].model_dump()["login_url"] == "https://test.example"
    assert test.environment == "test"
    assert test.connections["crm"].model_dump()["auth"] == "client_credentials"


def test_an_environment_changes_nothing_but_connections(folder: Path, mistakes: Mistakes) -> None:
    (folder / "environments").mkdir()
    (folder / "environments/test.yaml").write_text("go_live: live\nconnections:\n  crm: {login_ulr: x}\n")
    assert mistakes("test") == [
        "environments/test.yaml:1:1: an environment changes connections only (`go_live` belongs into leadloop.yaml)",
        "environments/test.yaml:3:9: unknown key `login_ulr` (did you mean `login_url`?)",
    ]
    assert mistakes() == []


def test_an_environment_that_was_asked_for_and_is_not_there_is_refused(mistakes: Mistakes) -> None:
    assert mistakes("test") == [
        "environments/test.yaml:1:1: the file is missing (`leadloop init` writes one to start from)"
    ]


def test_an_unknown_environment_is_named(mistakes: Mistakes) -> None:
    assert mistakes("tset") == [
        "command line:1:1: environment: `tset` is no known value for `environment` (did you mean `test`?)"
    ]


@pytest.mark.parametrize(
    ("connection", "addresses", "refused"),
    [
        ("all on loopback", ("http://127.0.0.1:8401", "http://localhost:8402"), []),
        ("loopback in IPv6", ("http://[::1]:8401", "http://127.8.0.1"), []),
        ("one elsewhere", ("http://127.0.0.1:8401", "https://api.example"), ["hub"]),
        ("a name that only begins like it", ("http://127.0.0.1.example", "http://localhost.example"), ["crm", "hub"]),
        ("a user that looks like a host", ("http://127.0.0.1@acme.example", "http://[::1]"), ["crm"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_simulated_clock_needs_every_connection_on_loopback(
    edit: Edit, mistakes: Mistakes, connection: str, addresses: tuple[str, str], refused: list[str]
) -> None:
    edit("leadloop.yaml", "database_url: sqlite:///test.db", "clock: http://127.0.0.1:8401")
    edit("leadloop.yaml", "https://acme.example", addresses[0])
    edit("leadloop.yaml", "    type: hubspot\n", f"    type: hubspot\n    base_url: '{addresses[1]}'\n")
    assert mistakes() == [
        f"leadloop.yaml:1:8: a simulated clock needs every connection on loopback, `{name}` is not" for name in refused
    ]


def test_settings_can_be_read_while_the_rules_are_broken(folder: Path, edit: Edit) -> None:
    edit("scoring.yaml", "points: 25", "points: ten")
    assert load_settings(folder, TYPES, variables=VARIABLES).database_url == "sqlite:///test.db"


def test_a_consequence_of_a_missing_secret_is_not_reported_beside_it(edit: Edit, mistakes: Mistakes) -> None:
    edit("leadloop.yaml", "auth: client_credentials", "page_size: ${env:SIZE}")
    assert mistakes() == [
        "leadloop.yaml:6:16: the environment variable SIZE is not set (set it, or write it into .env)"
    ]


@pytest.mark.parametrize("asked", [None, "live", "test"])
def test_an_environment_that_is_no_word_is_a_mistake_and_no_crash(
    edit: Edit, mistakes: Mistakes, asked: str | None
) -> None:
    edit("leadloop.yaml", "database_url: sqlite:///test.db", "environment: {live: true}")
    assert all(mistake.startswith(("leadloop.yaml:1:14:", "environments/")) for mistake in mistakes(asked))
