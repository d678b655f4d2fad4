"""A report on a terminal: the figures in words, what is missing, and how to see who is behind one."""

from leadloop import screen
from reports.pages.page import Cell, Figure, Page, Table, Words
from reports.pages.wording import words


def show(page: Page) -> None:
    screen.show(f"{page.title} · {page.window.words()} · rules {page.rule_hash[:8]}")
    screen.show(page.asks)
    if page.filters:
        screen.show(f"Only {', '.join(page.filters)}.")
    for part in page.parts:
        screen.show()
        if isinstance(part, Words):
            screen.show(part.title)
            for line in part.lines:
                screen.show(f"  {line}")
        else:
            _table(part)
    screen.show()
    for each in page.remarks:
        screen.say(each)
    for lack in page.missing:
        screen.say(f"! {lack.what} {lack.mend}")
    first = next((name for table in page.tables() for name, *_, figure in table.figures() if figure.leads), None)
    if first is not None:
        screen.say(f"Who is behind a figure: `{page.dated_command} --behind {first}` (--csv has every name).")


def _table(table: Table) -> None:
    if not table.rows:
        screen.show(table.title)
        screen.show(f"  {table.empty}")
        return
    columns = (table.heads, *(column.label for column in table.columns))
    screen.table(table.title, columns, [(row.label, *map(_words, row.cells)) for row in table.rows])
    if table.says:
        screen.show(f"  {table.says}")


def _words(cell: Cell) -> str:
    return words(cell) if isinstance(cell, Figure) else cell
