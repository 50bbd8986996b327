"""Clocks that stand still, for scenarios that count seconds."""

from __future__ import annotations

from harness.steps.definition import Values, step
from harness.steps.failure import StepSkipped
from harness.steps.fields import Field, Moment
from harness.steps.world import World


@step("harness.freeze_clocks", Field("at", "point in time", Moment(), default="now, by Okta's clock"))
def freeze_clocks(world: World, given: Values) -> None:
    """Both clocks stand still, at the same moment. `harness.move_clock` then moves them by exact seconds."""
    if world.sp.reference is None:
        raise StepSkipped("the clock of this SP cannot be set; only the reference SP's can.")
    moment = given.moment("at") if "at" in given else world.okta.clock.now()
    for clock in world.clocks.values():
        clock.freeze(moment)
