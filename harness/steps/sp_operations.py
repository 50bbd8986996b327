"""What the SP's operators do behind its pages, and what it does by itself at night."""

from __future__ import annotations

from harness.reference_sp.keys import Use
from harness.steps.definition import Values, step
from harness.steps.fields import choice, flag
from harness.steps.world import World


@step(
    "sp.rotate_key",
    choice("use", "what the key is for", "signing", "encryption", required=True),
    flag("keep_former", "whether the key before counts for a while yet", default="true"),
)
def rotate_key(world: World, given: Values) -> None:
    """The SP's operators replace a key pair of the SP: what it signs requests with, or what it decrypts with."""
    use: Use = "signing" if given.text("use") == "signing" else "encryption"
    world.reference.rotate_key(use, keep_former=given.flag("keep_former", True))


@step("sp.drop_former_keys")
def drop_former_keys(world: World, given: Values) -> None:  # noqa: ARG001
    """The SP's operators end the change of keys: the former ones count no more."""
    world.reference.drop_former_keys()


@step("sp.run_jobs")
def run_jobs(world: World, given: Values) -> None:  # noqa: ARG001
    """The SP does what it does by itself every night: it fetches metadata that is due."""
    world.reference.run_jobs()
