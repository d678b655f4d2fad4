"""Where a connector may send its secrets: https to the vendor's own hosts, or a loopback address written out."""

from collections.abc import Collection
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def checked_origin(url: str, *, hosts: Collection[str]) -> str:
    """Give back `scheme://host[:port]`; ValueError unless it may be trusted.

    `hosts` are exact names, or suffixes that begin with a dot. Plain http is for loopback only.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower()
    port = f":{parts.port}" if parts.port else ""
    if parts.username or parts.password or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError("give scheme and host only, as in https://example.my.salesforce.com")
    if host in LOOPBACK and parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"
    if parts.scheme != "https":
        raise ValueError("must begin with https:// (plain http is for a simulator on 127.0.0.1 only)")
    if not any(host == name or (name.startswith(".") and host.endswith(name)) for name in hosts):
        raise ValueError(f"{host or 'an empty host'} is not a host of this system: {', '.join(sorted(hosts))}")
    return f"https://{host}{port}"
