"""Which reports go out by themselves: every mistake is told with its place, before a Monday finds it."""

from pathlib import Path

import pytest

from config.deliver import Report
from config.load import load, load_reports
from config.template import write as write_starter
from domain.errors import SettingsError
from leadloop.registry import settings_types
from leadloop.report_making import REPORTS
from store.vault import make_key

SETTINGS = """\
key: ${{file:leadloop.key}}
environment: simulator
connections:
  salesforce: {{type: salesforce, login_url: http://127.0.0.1:1, client_id: a, client_secret: b}}
  hubspot: {{type: hubspot, base_url: http://127.0.0.1:1, access_token: pat-na1-x}}
  chat: {{type: slack, base_url: http://127.0.0.1:2, bot_token: xoxb-1}}
  post: {{type: mail, host: 127.0.0.1, security: none, sender: leadloop@acme.example}}
  other: {{type: webhook, url: http://127.0.0.1:3/in}}
deliver:
  - {deliver}
"""
WEEK = 'report: week, on: monday, at: "07:30"'


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starter")
    write_starter(folder, key=make_key())
    return folder


def mistakes(folder: Path, deliver: str) -> list[str]:
    (folder / "leadloop.yaml").write_text(SETTINGS.format(deliver=deliver), encoding="utf-8")
    try:
        load(folder, settings_types(), variables={})
    except SettingsError as error:
        return [str(each) for each in error.problems]
    return []


def test_every_way_to_be_told_is_taken(starter: Path) -> None:
    to = "other, {connection: post, to: revops@acme.example}, {connection: chat, channel: C0123456}"
    assert mistakes(starter, f"{{{WEEK}, to: [{to}]}}") == []


@pytest.mark.parametrize(
    ("deliver", "said"),
    [
        ('{report: weak, on: monday, at: "07:30", to: [other]}', "10:14: `weak` is no known value for `report` (did"),
        ('{report: week, on: mondey, at: "07:30", to: [other]}', "10:24: `mondey` is no known value for `on` (did you"),
        ('{report: week, on: [monday, tue], at: "07:30", to: [other]}', "10:33: `tue` is no known value for an item"),
        ('{report: week, on: monday, at: "25:30", to: [other]}', "10:36: `at` has to be a time such as 09:00"),
        (
            '{report: week, on: monday, at: "07:30Z", to: [other]}',
            "10:36: a time of the day as `07:30`, without a zone",
        ),
        (f"{{{WEEK}, to: [slak]}}", "10:50: there is no connection `slak`"),
        (f"{{{WEEK}, to: [salesforce]}}", "10:50: `salesforce` is of type salesforce: it tells people nothing"),
        (f"{{{WEEK}, to: [chat]}}", "10:50: a report is for nobody by itself: the id of a `channel` has to say"),
        (f"{{{WEEK}, to: [post]}}", "10:50: a report is for nobody by itself: an address (`to`) has to say"),
        (f"{{{WEEK}, to: [{{connection: chat, channel: '#review'}}]}}", "10:78: `channel`: string should match"),
        (f"{{{WEEK}, to: [{{email: a@b.example}}]}}", "10:50: `connection` is missing in an item of `to`"),
        (f"{{{WEEK}, to: [other, other]}}", "10:57: this addressee stands twice"),
        (f"{{{WEEK}, to: []}}", "10:49: `to` needs at least 1"),
        (f"{{{WEEK}, drive: x, to: [other]}}", "10:52: `drive` names one of reports.yaml, and stands where"),
        ('{report: drive, on: day, at: "07:30", to: [other]}', "10:14: `drive` names one of reports.yaml, and stands"),
        ('{report: drive, drive: x, on: day, at: "07:30", to: [other]}', "10:28: reports.yaml has no drive `x`"),
        (f"{{{WEEK}, to: [other]}}\n  - {{{WEEK}, to: [other]}}", "11:5: `week on monday at 07:30` stands twice"),
    ],
)
def test_every_mistake_is_told_with_its_place(starter: Path, deliver: str, said: str) -> None:
    found = mistakes(starter, deliver)
    assert found[0].startswith(f"leadloop.yaml:{said}"), found


def test_every_report_that_can_be_delivered_is_one_that_can_be_made() -> None:
    """An agreement has examples of people in it, and is for signing."""
    assert set(REPORTS) - {each.value for each in Report} == {"agreement"}
    assert {each.value for each in Report} <= set(REPORTS)


def test_reports_yaml_is_read_by_itself_while_the_rules_beside_it_are_half_written(
    starter: Path, tmp_path: Path
) -> None:
    (tmp_path / "reports.yaml").write_text("goal: {qualified_per_team_and_day: 7}\n", encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text("systems: [", encoding="utf-8")
    assert load_reports(tmp_path).goal.qualified_per_team_and_day == 7
    (tmp_path / "reports.yaml").write_text("gaol: {}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="gaol"):
        load_reports(tmp_path)
