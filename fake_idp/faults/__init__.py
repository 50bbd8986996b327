"""The catalogue of misbehaviour: one small named function for each deliberate deviation.

``fault("xsw3")`` is one of them, ``catalogue()`` lists all. Faults compose: ``app.sign_in(ada,
faults=["destination-missing", "signature-at-end"])``. Each module is one class of faults; importing this package
registers them all.
"""

from fake_idp.faults import (  # noqa: F401 - each registers its faults
    addressing,
    algorithms,
    attributes,
    audience,
    authentication,
    binding,
    conditions,
    confirmation,
    correlation,
    elliptic,
    encryption,
    encryption_forgery,
    envelope,
    issuer,
    logout,
    metadata,
    metadata_document,
    metadata_endpoints,
    names,
    other_idp,
    padding,
    redirect,
    relay_state,
    replay,
    several_assertions,
    signature_references,
    signature_tricks,
    signature_trust,
    status,
    transforms,
    wrapping,
    wrapping_more,
    xml_documents,
    xml_shapes,
    xml_values,
)
from fake_idp.faults.forge import Forgery
from fake_idp.faults.registry import CatalogueFault, UnknownFault, catalogue, fault

__all__ = ["CatalogueFault", "Forgery", "UnknownFault", "catalogue", "fault"]
