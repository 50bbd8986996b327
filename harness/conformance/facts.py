"""What was judged: what a reader of the report has to know about the target and the run."""

from __future__ import annotations

from importlib.metadata import version

from harness.conformance.bench import Bench
from harness.conformance.options import CheckOptions

_SHAPES = {
    "both": "Response and assertion signed",
    "assertion": "assertion signed",
    "response": "Response signed",
}


def facts_of(bench: Bench, options: CheckOptions, processes: int) -> dict[str, str]:
    """Names, addresses, what the target was found to accept, and the options of the run."""
    sp = bench.sp
    encryption = "an encryption certificate" if sp.encryption_certificates else "no encryption certificate"
    switched = [name for name, on in (("--consent", options.consent), ("--slow", options.slow)) if on]
    facts = {
        "SP entity ID": sp.entity_id,
        "Assertion consumer service": sp.acs_url,
        "Login starts at": bench.target.login_url,
        "Who is signed in is seen at": bench.target.signed_in.url,
        "IdP": f"{bench.idp.entity_id}, a fake Okta with test keys",
        "Good logins work with": "; ".join(_SHAPES[shape] for shape in bench.shapes),
        "Unsolicited responses": "accepted" if bench.idp_initiated else "not accepted",
        "The SP publishes": encryption if sp.xml else "no metadata; its names were given by hand",
        "Profile": options.profile + (f", only {options.only}" if options.only else ""),
        "Options": ", ".join(switched) or "no --consent (cases that load the target), no --slow",
        "Processes": f"{processes}, each with an SP of its own; addresses above are those of the first"
        if processes > 1
        else "",
        "Made with": f"okta-harness {version('okta-harness')}",
    }
    return {name: value for name, value in facts.items() if value}
