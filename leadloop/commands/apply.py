"""`leadloop apply FILE`: exactly that plan, nothing else."""

from pathlib import Path

from domain.errors import LeadHeldError
from leadloop import exits, screen
from leadloop.app import leading, open_app
from leadloop.filing import file_and_wait
from sync import planfile
from sync.apply import Applied, apply


def run(folder: Path, file: Path, *, environment: str | None, as_json: bool, wait: bool) -> int:
    plan = planfile.read(file)
    app = open_app(folder, environment=environment)
    try:
        try:
            with leading(app) as loop:
                applied = apply(loop, plan, now=app.clock.refresh())
        except LeadHeldError:
            return file_and_wait(app, "apply", {"file": str(file.resolve())}, wait=wait)
        _report(applied, as_json=as_json)
        return exits.SOME_FAILED if applied.skipped or applied.tally.failures else exits.OK
    finally:
        app.close()


def _report(applied: Applied, *, as_json: bool) -> None:
    counts = applied.tally.counts()
    if as_json:
        screen.document(
            {
                "leads": applied.leads,
                "changes": applied.changes,
                "skipped": {str(lead): why for lead, why in applied.skipped.items()},
                "counts": counts,
                "failures": applied.tally.failures,
            }
        )
        return
    screen.say(f"{applied.leads} leads applied, {counts['applied']} writes made, {counts['refused']} refused.")
    for lead, why in applied.skipped.items():
        screen.say(f"! lead {lead} skipped: {why}")
    for failure in applied.tally.failures:
        screen.say(f"✗ {failure}")
