"""How steps are carried out. The drivers meet at one small interface, `harness.drivers.agent.Agent`."""

from harness.drivers.agent import Agent, Cookie, Download
from harness.drivers.errors import DriverError, NoBrowser
from harness.drivers.exchange import Exchange, SamlMessage, saml_messages
from harness.drivers.hosts import AllowedHosts
from harness.drivers.pool import DRIVERS, Drivers

__all__ = [
    "DRIVERS",
    "Agent",
    "AllowedHosts",
    "Cookie",
    "Download",
    "DriverError",
    "Drivers",
    "Exchange",
    "NoBrowser",
    "SamlMessage",
    "saml_messages",
]
