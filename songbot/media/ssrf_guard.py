"""Decide which addresses may be requested: public ones, and the host and port of Whisul's base URL."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes hold an IPv4 address."""


class ForbiddenAddressError(OSError):
    """The address is private, loopback, link-local, reserved or multicast."""


def is_public(address: str) -> bool:
    """Return True if the IP address, or the IPv4 address embedded in it, is public."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    ip = (_embedded(ip) if isinstance(ip, IPv6Address) else None) or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)


def is_allowed_ip_literal(url: URL, trusted: tuple[str, int] | None) -> bool:
    """Return False if the host is a forbidden IP address. Host names are checked when they are resolved."""
    host = url.host or ""
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return (host, url.port) == trusted or is_public(host)


class PublicOnlyResolver(AbstractResolver):
    """Resolves host names, rejecting any name that has an address that is not public.

    aiohttp connects to exactly the addresses checked here, so DNS rebinding does not work. It does not call a
    resolver for IP addresses; is_allowed_ip_literal checks those.
    """

    def __init__(self, trusted: tuple[str, int] | None, inner: AbstractResolver | None = None) -> None:
        self._trusted = trusted
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses. Raise ForbiddenAddressError if any is not public."""
        found = await self._inner.resolve(host, port, family)
        if (host, port) != self._trusted and not all(is_public(result["host"]) for result in found):
            raise ForbiddenAddressError(f"{host} is not on the open internet")
        return found

    async def close(self) -> None:
        await self._inner.close()
