"""Origins and sites, as browsers tell them apart."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """Host name in small letters, without port."""
    return (urlsplit(url).hostname or "").lower()


def is_ip_address(host: str) -> bool:
    """Whether a host is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name or address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """Scheme, host and port: ``http://localhost:8000``. The port is left out where it is the scheme's own."""
    parts = urlsplit(url)
    host = host_of(url)
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is None or port == DEFAULT_PORTS.get(parts.scheme):
        return f"{parts.scheme}://{shown}"
    return f"{parts.scheme}://{shown}:{port}"


def site_of(url: str) -> str:
    """Scheme and registrable domain: what cookies call the same site. Ports do not count.

    Addresses and one-word hosts are sites of their own, so ``127.0.0.1`` and ``localhost`` are two. Names count by
    their last two labels; there is no public suffix list here, so hosts below ``co.uk`` look like one site.
    """
    scheme = urlsplit(url).scheme
    host = host_of(url)
    if is_ip_address(host):
        return f"{scheme}://{host}"
    return f"{scheme}://{'.'.join(host.split('.')[-2:])}"


def is_trustworthy(url: str) -> bool:
    """Whether ``Secure`` cookies travel there: https, and loopback without it, as Chrome and Firefox have it."""
    return urlsplit(url).scheme == "https" or is_loopback(host_of(url))
