"""Reading what a page says about a refusal: both sides mark the stable code with ``data-code``."""

from __future__ import annotations

from harness.drivers.agent import Agent
from harness.drivers.http.document import Document


def code_on(window: Agent) -> str:
    """The code of the refusal that the page shows; empty when it shows none."""
    document = Document(window.html.encode(), "text/html; charset=utf-8", window.url)
    found = document.root.xpath("//@data-code")
    return str(found[0]) if found else ""


def codes_and_sentences(window: Agent) -> str:
    """What the page says is wrong."""
    said = window.alerts() or ([window.heading] if code_on(window) else [])
    code = code_on(window)
    text = "; ".join(said)
    return text if code in text else f"{code}: {text}"
