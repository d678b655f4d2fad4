"""What campaigns and channels cost by the file that reports.yaml names: read when somebody looks, like reports.yaml.

So that a marketer changes a figure by saving a spreadsheet, nothing can be imported twice, and who takes the file away
has taken its costs away.
"""

from collections.abc import Sequence
from pathlib import Path

from config.load import Installation
from connectors.files.opening import opened
from connectors.files.plain import UnreadableError
from connectors.files.settings import LeadFile
from domain.errors import Problem
from leadloop.deal_source import DealSource
from mapping.channels import Channels
from mapping.costs import Costs, Fault, Line, costs_of
from reports.pages.costs import Known, known_costs

_ANY = LeadFile(pattern="*")
"""Told apart by itself: the encoding, what stands between the cells, the first sheet."""


def costs_in(installation: Installation) -> Costs:
    """Of the folder's file; none where reports.yaml names none."""
    reports = installation.reports
    if reports.costs is None:
        return Costs()
    return read(installation.folder / reports.costs, [each.name for each in reports.channels])


def costs_for(installation: Installation, source: DealSource, channels: Channels) -> Known:
    """What is known of costs now. The file's sums are worth what the system says whose deals count."""
    return known_costs(
        costs_in(installation),
        source.crm,
        file=installation.reports.costs or "",
        own=source.own,
        channel_of=lambda each: channels.of_touch(None, {"campaign": each.name, "campaign_type": each.type}),
    )


def read(path: Path, channels: Sequence[str]) -> Costs:
    """All of it, or what is wrong with it."""
    try:
        with opened(path, _ANY) as (table, _):
            if table.problem is not None:
                return _broken(table.problem)
            lines = (Line(number=row.line, cells=row.cells, problem=row.problem) for row in table.rows())
            return costs_of(table.header, lines, header_line=1, channels=channels)
    except UnreadableError as error:
        return _broken(str(error))
    except OSError as error:
        return _broken(f"it cannot be read: {error.strerror}")


def _broken(words: str) -> Costs:
    return Costs(faults=(Fault(line=1, words=words),))


def problems_in(installation: Installation) -> list[Problem]:
    """What is wrong with the file, as `leadloop check` tells it."""
    name = installation.reports.costs
    found = costs_in(installation).faults
    return [Problem(file=str(name), line=each.line, column=1, message=each.words, hint=each.hint) for each in found]
