"""What weaknesses do to the SP: checks left out or replaced, settings and tools changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.difference import Difference
from harness.reference_sp.checks import CHECKS, Check
from harness.reference_sp.checks.subject import RULES
from harness.reference_sp.exchange import Exchange, Rule
from harness.reference_sp.metadata.upload import MetadataTools
from harness.reference_sp.settings import Settings
from harness.reference_sp.tools import Tools

CheckFunction = Callable[..., Difference | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """The sum of what the switched-on weaknesses do; without any, nothing."""

    left_out: frozenset[CheckFunction] = frozenset()
    replaced: Mapping[CheckFunction, CheckFunction] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    tools: Tools = field(default_factory=Tools)
    metadata_tools: MetadataTools = field(default_factory=MetadataTools)
    keeps_removed_keys: bool = False

    def checks(self) -> tuple[Check, ...]:
        """The checks of a sign-on answer, in their order."""
        return tuple(
            replace(check, run=self.replaced.get(check.run, check.run))
            for check in CHECKS
            if check.run not in self.left_out
        )

    def confirmation_rules(self) -> tuple[Rule, ...]:
        """What each subject confirmation must fulfil."""
        return tuple(self.replaced.get(rule, rule) for rule in RULES if rule not in self.left_out)

    def apply(self, settings: Settings) -> Settings:
        """The settings as the weaknesses have them."""
        return replace(settings, **self.settings) if self.settings else settings

    def prepare(self, exchange: Exchange) -> Exchange:
        """Give the exchange its tools and rules."""
        exchange.tools, exchange.confirmation_rules = self.tools, self.confirmation_rules()
        return exchange
