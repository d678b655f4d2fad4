"""Who runs a command: the name that the audit keeps.

The environment says it (`LOGNAME`), or else the system's list of users: a word, not a proof. The account is what the
system itself knows the process by.
"""

import getpass
import os
import socket


def actor() -> str:
    """The login, or the number of a user without a name, as containers have."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def account() -> str:
    """The machine and the number of the user on it: two names with one account may be one person."""
    return f"{socket.gethostname()}:{os.getuid()}"
