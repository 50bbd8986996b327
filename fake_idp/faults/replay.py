"""Replay: messages and assertions that were used before.

A replay needs something to replay: ``context.data["captured"]`` is an earlier :class:`IssuedResponse` of the same app.
Without it the message itself is taken, as if it had been used already. ``again`` sends the same bytes.
"""

from __future__ import annotations

from fake_idp.faults.edit import ASSERTION
from fake_idp.faults.forge import forged_assertion
from fake_idp.faults.registry import on
from fake_idp.faults.signing import assertion_signature
from fake_idp.saml.bindings import Delivery
from fake_idp.saml.claims import format_instant
from fake_idp.saml.nodes import Element
from fake_idp.saml.pipeline import FaultContext, IssuedResponse, Wire
from fake_idp.saml.signature import remove_signature

SOURCE = "SAML Profiles 4.1.4.5, lines 602-604"


def again(used: Delivery) -> Delivery:
    """The browser's request once more, byte for byte."""
    return Delivery(used.method, used.url, list(used.fields))


def captured(context: FaultContext) -> IssuedResponse | None:
    """The earlier response, if there is one."""
    earlier = context.data.get("captured")
    return earlier if isinstance(earlier, IssuedResponse) else None


@on("wire", "replay-same-response", "unsolicited-replay", source=SOURCE)
def replay_same_response(message: Wire, context: FaultContext) -> None:
    """The message is an earlier one, ``data["captured"]``, byte for byte."""
    earlier = captured(context)
    if earlier is not None:
        message.xml, message.encoded = earlier.xml, earlier.saml_response


@on("signed", "replay-rewrapped-assertion", source=SOURCE, applies=assertion_signature)
def replay_rewrapped_assertion(response: Element, context: FaultContext) -> None:
    """A new, unsigned Response with a new ID and time carries an assertion that was used: that of ``captured``."""
    earlier = captured(context)
    if earlier is not None:
        response.replace(response.one(ASSERTION), earlier.tree.one(ASSERTION).copy())
        if "InResponseTo" in earlier.tree.attributes:
            response.set("InResponseTo", earlier.tree.get("InResponseTo"))
    remove_signature(response)
    response.set("ID", context.new_id())
    response.set("IssueInstant", format_instant(context.now))


@on(
    "signed",
    "replay-rewrapped-assertion",
    "resp-irt-levels-disagree",
    source=SOURCE,
    applies=assertion_signature,
)
def replay_for_new_request(response: Element, context: FaultContext) -> None:
    """A new, unsigned Response answers the new request, but carries the assertion that answered an earlier one."""
    earlier = captured(context)
    if earlier is not None:
        response.replace(response.one(ASSERTION), earlier.tree.one(ASSERTION).copy())
    remove_signature(response)
    response.set("ID", context.new_id())


@on("signed", "replay-id-squatting", source=SOURCE, applies=assertion_signature)
def replay_id_squatting(response: Element, context: FaultContext) -> None:
    """An unsigned forgery has the IDs that the genuine message is going to have."""
    genuine = response.one(ASSERTION)
    forged = forged_assertion(genuine, context)
    forged.set("ID", genuine.get("ID"))
    response.replace(genuine, forged)
    remove_signature(response)
