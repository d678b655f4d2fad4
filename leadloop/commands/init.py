"""`leadloop init DIR`: a commented folder that works, and a key of its own."""

from pathlib import Path

from config.schema import write_schemas
from config.template import write
from leadloop import exits, screen
from leadloop.registry import settings_types
from store.vault import make_key


def run(folder: Path) -> int:
    """Write what is missing; what is there already stays as it is. The editors' schemas are made anew."""
    written = write(folder, key=make_key())
    write_schemas(folder, settings_types())
    for path in written:
        screen.say(f"wrote {path}")
    if not written:
        screen.say(f"{folder} has everything already; nothing was changed.")
    screen.say(f"\nNext: fill in {folder / '.env'} (see .env.example), then `leadloop check -C {folder}`.")
    return exits.OK
