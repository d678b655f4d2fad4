"""By whose rules a town lives: the starter's with a small pool, and what a manager turns on besides."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.installation import Installation
from tests.rig import SimulatorProcess

FAY, SAM, TIM, HAL = (f"{name}.rep@your-company.example" for name in ("first", "second", "third", "fourth"))
CLO, KIM = (f"{name}.closer@your-company.example" for name in ("first", "second"))
REPS = (FAY, SAM, TIM)
STAFF = (*REPS, HAL, CLO, KIM)
"""Who can log in; Hal is in no pool before an admin puts him there, the closers only where a chain comes to them."""
MANAGER = "manager@your-company.example"
PER_DAY, AT_ONCE = 2, 3
"""Few, so that three reps are full soon."""
WITH_COVER, SILENT = "LL · Air cover", "LL · Customer · Silent"
COVERED_AT_ONCE, COVER_DAYS, QUIET_DAYS = 1, 60, 20

Edit = tuple[str, str, str]
"""File, what stands there, what is to stand there."""

_POOL = """\
      - { email: first.rep@your-company.example }
      - { email: second.rep@your-company.example, weight: 1 }
    new_per_day: 10
    open_at_once: 40
"""
_LIMITS = f"""\
    new_per_day: {PER_DAY}
    open_at_once: {AT_ONCE}
"""
_FAY = f"      - {{ email: {FAY}, weight: 2 }}\n"
_SAM = f"      - {{ email: {SAM} }}\n"
_TIM = f"      - {{ email: {TIM} }}\n"
_HAL = f"      - {{ email: {HAL} }}\n"
SMALL_POOL: Edit = ("routing.yaml", _POOL, f"{_FAY}{_SAM}{_TIM}{_LIMITS}")

PUBLISHED: tuple[Edit, ...] = (
    ("scoring.yaml", "  engagement: 50\n", "  engagement: 45\n"),
    ("scoring.yaml", "  engagement: 45\n", "  engagement: 50\n"),
    ("routing.yaml", f"{_TIM}{_LIMITS}", f"{_TIM}{_HAL}{_LIMITS}"),
    ("routing.yaml", f"{_TIM}{_HAL}{_LIMITS}", f"{_TIM}{_LIMITS}"),
    ("routing.yaml", f"{_SAM}{_TIM}", _TIM),
    ("routing.yaml", f"{_FAY}{_TIM}", f"{_FAY}{_SAM}{_TIM}"),
    ("territories.csv", f"North;CA|NO;{SAM};;\n", f"North;CA|NO;{TIM};;\n"),
    ("territories.csv", f"North;CA|NO;{TIM};;\n", f"North;CA|NO;{SAM};;\n"),
)
"""What an admin publishes while leads are under way: another line, a rep more or fewer, another holder."""

TERRITORIES = f"""\
territory;country;to;from;until
North;CA|NO;{SAM};;
Iberia;ES|PT;{FAY};;2026-11-01
Iberia;ES;SDR;2026-11-01;
"""
COUNTRIES = ("US", "CA", "ES", "PT")
BY_TERRITORY = "By territory"
_RULE = f"""\
territories: territories.csv
chains:
  - name: SDR to AE
    from: [SDR]
    to: {{ pool: AE }}
rules:
  - name: {BY_TERRITORY}
    when:
      all: [{{ property: kind, operator: equals, value: new_business }}]
    to: {{ territory: true }}
"""
_CLOSERS = f"""\
  - name: AE
    team: Sales
    members:
      - {{ email: {CLO} }}
      - {{ email: {KIM} }}
{_LIMITS}"""
LINKED: tuple[Edit, ...] = (
    ("routing.yaml", "rules:\n", _RULE),
    ("routing.yaml", _LIMITS, f"{_LIMITS}{_CLOSERS}"),
    ("territories.csv", "", TERRITORIES),
)

REASSIGN_MOST, BREACHES, WITHIN_DAYS, REST_DAYS = 2, 2, 14, 3
_NORMAL = "{ due_min: 480, remind_min: 480, manager_min: 960, release_min: 2400 }"
_RAISED = "{ due_min: 15, remind_min: 15, manager_min: 45, release_min: null }"
_REST = f"""\
  reassign_most: {REASSIGN_MOST}
  rest: {{ after_breaches: {BREACHES}, within_days: {WITHIN_DAYS}, for_days: {REST_DAYS} }}
"""
STRICT: tuple[Edit, ...] = (
    ("routing.yaml", f"  normal: {_NORMAL}", f"  normal: {_NORMAL[:-2]}, reassign_min: 1200 }}"),
    ("routing.yaml", f"  hand_raise: {_RAISED}", f"  hand_raise: {_RAISED[:-2]}, reassign_min: 90 }}"),
    (
        "routing.yaml",
        "  stagger_min:",
        f"{_REST}  stagger_min:",
    ),
)

_SLACK = """\
  slack:
    type: slack
    base_url: {slack}
    bot_token: xoxb-simulator
    app_token: xapp-simulator
"""
TOLD: tuple[Edit, ...] = (
    ("leadloop.yaml", "  hubspot:\n", f"{_SLACK}  hubspot:\n"),
    ("leadloop.yaml", "health:\n", "notices: {{ reps: slack, managers: slack }}\nhealth:\n"),
)

_QUIETLY = f"silent_customers: {{ list: {SILENT}, quiet_days: {QUIET_DAYS}, sales_days: {QUIET_DAYS} }}\n"
WOOED: tuple[Edit, ...] = (
    ("lifecycle.yaml", "# silent_customers:", f"{_QUIETLY}# silent_customers:"),
    ("lifecycle.yaml", "accounts_per_rep: 10", f"accounts_per_rep: {COVERED_AT_ONCE}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is turned on in one town."""

    name: str
    edits: Sequence[Edit] = ()

    @property
    def told(self) -> bool:
        return set(TOLD) <= set(self.edits)

    @property
    def linked(self) -> bool:
        return set(LINKED) <= set(self.edits)

    @property
    def strict(self) -> bool:
        return set(STRICT) <= set(self.edits)

    @property
    def wooed(self) -> bool:
        return set(WOOED) <= set(self.edits)

    def turn_on(self, made: Installation, world: SimulatorProcess) -> None:
        for name, before, after in (SMALL_POOL, *self.edits):
            if before:
                filled = after.format(slack=world.slack) if name == "leadloop.yaml" else after
                made.rewrite(name, before, filled)
            else:
                (made.folder / name).write_text(after, encoding="utf-8")


PLAIN = Ways(name="plain")
EVERY = (
    PLAIN,
    Ways(name="territories-and-a-chain", edits=LINKED),
    Ways(name="reassign-and-rest", edits=STRICT),
    Ways(name="slack", edits=TOLD),
    Ways(name="air-cover-and-silent-customers", edits=WOOED),
    Ways(name="everything", edits=(*LINKED, *STRICT, *TOLD, *WOOED)),
)
