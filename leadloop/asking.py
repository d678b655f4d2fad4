"""Ask whoever is at the keyboard; where nobody is, nothing is done."""

import sys

import typer

from leadloop import screen


def is_agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        screen.say("Nothing was changed: nobody could be asked. Say --yes to do it.")
        return False
    return typer.confirm(question, err=True)
