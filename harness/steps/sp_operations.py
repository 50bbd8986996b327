"""What the SP's operators do behind its pages, and what it does by itself at night."""

from __future__ import annotations

from harness.reference_sp.keys import Use
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Field, Whole, choice, flag, text, texts
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
    """The SP does its nightly work: it fetches metadata that is due and mails about certificates that end soon."""
    world.reference.run_jobs()


@step(
    "expect.mail",
    text("to", "address that it went to", required=True),
    texts("mentions", "texts that its subject or body must have"),
    Field("times", "how many such mails there are", Whole(minimum=0), default="at least one"),
)
def mail(world: World, given: Values) -> None:
    """A mail that the SP sent, all of its words in one mail."""
    sent = world.reference.mails()
    found = [
        each
        for each in sent
        if each.to == given.text("to")
        and all(word in f"{each.subject}\n{each.text}" for word in given.texts("mentions"))
    ]
    if len(found) == given.whole("times") if "times" in given else found:
        return
    raise fail(
        "mail",
        "the SP sent no such mail." if not found else "the SP sent it another number of times.",
        expected=", ".join(f"{name} {value}" for name, value in given.items()),
        received="; ".join(f"to {each.to}: {each.subject}" for each in sent) or "no mail at all",
    )
