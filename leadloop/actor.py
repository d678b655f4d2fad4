"""Who runs a command: the name that the audit keeps."""

import getpass
import os


def actor() -> str:
    """The login, or the number of a user without a name, as containers have."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
