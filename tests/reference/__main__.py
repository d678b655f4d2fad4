"""`python -m tests.reference DIR`: recounts every report of a kept folder, and says what differs.

DIR is what `leadloop demo --keep DIR` left. It ends with 1 where a figure of a report is another than the reference's.
"""

import argparse
import sys
from pathlib import Path

from tests.recount import main

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    sys.exit(main(parser.parse_args().folder))
