"""A notice as Slack shows it: text, and buttons to answer by. Rejecting asks once more."""

from collections.abc import Mapping
from typing import Any

from domain.handoff import Verdict
from domain.values import Value

SECTION_CHARS = 2_900
HEAD_CHARS = 150
SNOOZE = "snooze"
EVENT = "leadloop_notice"
REJECTIONS = {Verdict.WRONG_PERSON: "Wrong person", Verdict.NOT_TARGET: "Not our target"}
SURE = {
    Verdict.WRONG_PERSON: "Somebody else gets this lead, and it does not come back to you.",
    Verdict.NOT_TARGET: "The lead goes back to marketing and returns only when it fits better.",
}


def escaped(text: str) -> str:
    """As Slack wants it: what people wrote must become neither a mention nor a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def body_of(values: Mapping[str, Value], *, buttons: bool, in_channel: bool) -> list[dict[str, Any]]:
    """The blocks of a notice; buttons where it may be answered and answers reach us. Among others it says for whom."""
    text = str(values.get("text") or "")
    if in_channel and values.get("for"):
        text = f"For {values['for']}: {text}"
    blocks: list[dict[str, Any]] = [*_head(values), _section(escaped(text)[:SECTION_CHARS]), *_note(values)]
    about = values.get("about")
    if buttons and values.get("answers") is True and isinstance(about, str):
        blocks.append({"type": "actions", "block_id": "answer", "elements": _answers(about)})
    return blocks


def answered(text: str, words: str) -> list[dict[str, Any]]:
    """A notice once it was answered: what was said stands where the buttons were."""
    blocks: list[dict[str, Any]] = [_section(escaped(text)[:SECTION_CHARS])] if text else []
    return [*blocks, _context(words)]


def fallback(values: Mapping[str, Value]) -> str:
    """What notifications and screen readers say."""
    first = str(values.get("subject") or values.get("text") or "leadloop").partition("\n")[0]
    return escaped(first)[:SECTION_CHARS]


def _head(values: Mapping[str, Value]) -> list[dict[str, Any]]:
    """A report's title; Slack takes it as it is, without marks."""
    title = str(values.get("title") or "")[:HEAD_CHARS]
    return [{"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}] if title else []


def _note(values: Mapping[str, Value]) -> list[dict[str, Any]]:
    return [_context(str(values["note"]))] if values.get("note") else []


def _context(words: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": escaped(words)[:SECTION_CHARS]}]}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or " "}}


def _answers(about: str) -> list[dict[str, Any]]:
    accept = {**_button("Accept", Verdict.ACCEPT, about), "style": "primary"}
    rejections = [
        {**_button(label, verdict, about), "confirm": _sure(verdict)} for verdict, label in REJECTIONS.items()
    ]
    snooze = {
        "type": "datepicker",
        "action_id": f"{SNOOZE}|{about}",
        "placeholder": {"type": "plain_text", "text": "Snooze until"},
    }
    return [accept, *rejections, snooze]


def _button(label: str, verdict: Verdict, about: str) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": f"{verdict.value}|{about}",
        "text": {"type": "plain_text", "text": label},
        "value": about,
    }


def _sure(verdict: Verdict) -> dict[str, Any]:
    return {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "plain_text", "text": SURE[verdict]},
        "confirm": {"type": "plain_text", "text": REJECTIONS[verdict]},
        "deny": {"type": "plain_text", "text": "Cancel"},
        "style": "danger",
    }
