"""A fake Okta organisation that speaks SAML 2.0 the way Okta does. For tests only.

One front door: :class:`FakeOkta`. Every other object comes from its methods::

    from fake_idp import FakeOkta

    with FakeOkta() as okta:
        app = okta.create_saml_app("My app", acs_url="http://localhost:9000/acs", audience="my-app")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fake_idp.okta import FakeOkta

__all__ = ["FakeOkta"]


def __getattr__(name: str) -> Any:
    """Import the front door when it is first asked for, so that ``import fake_idp.saml`` stays cheap."""
    if name == "FakeOkta":
        from fake_idp.okta import FakeOkta

        return FakeOkta
    raise AttributeError(f"module 'fake_idp' has no attribute {name!r}")
