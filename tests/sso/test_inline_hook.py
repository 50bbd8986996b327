"""The assertion inline hook: what it is sent, what it may change, and what happens when it fails."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fake_idp.org.errors import AlreadyExists, InvalidValue, NotFound
from fake_idp.org.model import App, Person, Session
from fake_idp.org.org import Org
from fake_idp.org.settings import AttributeStatement
from fake_idp.sso import SignedOn, SsoRefused, sign_on
from tests.sso.material import authn_request, xpath

OPERATION = {"op": "replace", "path": "/subject/nameId", "value": "hooked"}


def commands(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"commands": [{"type": "com.okta.assertion.patch", "value": list(operations)}]}


@pytest.fixture
def hooked(org: Org, app: App, httpserver: HTTPServer) -> App:
    hook = org.add_inline_hook("My hook", httpserver.url_for("/hook"), "Authorization", "secret")
    rows = (AttributeStatement("mail", ("user.email",)), AttributeStatement("urn:a/b", ("user.firstName",)))
    return org.update_app(app, inline_hook=hook.id, attribute_statements=rows)


def answer(httpserver: HTTPServer, body: Any, status: int = 200) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_json(body, status=status)


def name_id(signed_on: SignedOn) -> Any:
    return xpath(signed_on.xml, "//saml2:NameID/text()")


def outcomes(org: Org) -> list[tuple[str, str | None]]:
    return [(event.result, event.reason) for event in org.log("inline_hook.executed")]


def test_the_hook_is_sent_oktas_payload(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    answer(httpserver, {})
    sign_on(org, hooked, ada, session)
    request = httpserver.log[0][0]
    assert request.headers["Authorization"] == "secret"
    assert request.headers["Content-Type"] == "application/json"
    payload = request.get_json()
    assert list(payload) == [
        "source", "eventId", "eventTime", "data", "eventTypeVersion", "cloudEventVersion", "eventType", "contentType",
    ]  # fmt: skip
    assert payload["eventType"] == "com.okta.saml.tokens.transform"
    assert payload["source"] == org.sso_url(hooked)
    assert list(payload["data"]["context"]) == ["request", "protocol", "session", "user"]
    assert payload["data"]["context"]["user"]["profile"]["login"] == "ada@acme.test"
    assertion = payload["data"]["assertion"]
    assert list(assertion) == ["subject", "authentication", "conditions", "claims", "lifetime"]
    assert assertion["subject"]["nameId"] == "ada@acme.test"
    assert assertion["conditions"] == {"audienceRestriction": ["sp"]}
    assert assertion["lifetime"] == {"expiration": 300}
    assert assertion["claims"]["mail"]["attributeValues"] == [
        {"attributes": {"xsi:type": "xs:string"}, "value": "ada@acme.test"}
    ]
    assert session.id not in json.dumps(payload)
    assert outcomes(org) == [("SUCCESS", None)]


def test_commands_change_the_assertion(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    claim = {
        "attributes": {"NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"},
        "attributeValues": [{"attributes": {"xsi:type": "xs:string"}, "value": "4321"}],
    }
    context = {"authnContextClassRef": "urn:other"}
    answer(
        httpserver,
        commands(
            OPERATION,
            {"op": "replace", "path": "/claims/mail/attributeValues/0/value", "value": "new"},
            {"op": "replace", "path": "/claims/urn:a~1b/attributeValues/0/value", "value": 7},
            {"op": "add", "path": "/claims/extPatientId", "value": claim},
            {"op": "add", "path": "/claims/mail/attributeValues/-", "value": {"value": "second"}},
            {"op": "replace", "path": "/authentication/authnContext", "value": context},
            {"op": "replace", "path": "/authentication/sessionIndex", "value": "definitelyARealSession"},
            {"op": "replace", "path": "/conditions/audienceRestriction/0", "value": "urn:aud"},
            {"op": "replace", "path": "/subject/confirmation/data/recipient", "value": "http://r.test/"},
        ),
    )
    xml = sign_on(org, hooked, ada, session).xml
    assert xpath(xml, "//saml2:NameID/text()") == "hooked"
    assert xpath(xml, "//saml2:Attribute/@Name") == ["mail", "urn:a/b", "extPatientId"]
    assert xpath(xml, "//saml2:AttributeValue/text()") == ["new", "second", "7", "4321"]
    assert xpath(xml, "string(//saml2:AuthnContextClassRef)") == "urn:other"
    assert xpath(xml, "//@SessionIndex") == "definitelyARealSession"
    assert xpath(xml, "string(//saml2:Audience)") == "urn:aud"
    assert xpath(xml, "//@Recipient") == "http://r.test/"


def test_a_bare_value_and_a_truth_become_text(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    answer(
        httpserver,
        commands(
            {"op": "add", "path": "/claims/bare", "value": "x"},
            {"op": "replace", "path": "/claims/mail/attributeValues/0/value", "value": True},
        ),
    )
    xml = sign_on(org, hooked, ada, session).xml
    assert xpath(xml, "//saml2:AttributeValue/text()") == ["true", "Ada", "x"]


def test_oktas_own_example_of_a_doubly_nested_format_works(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    value = {"attributes": {"NameFormat": "urn:basic"}}
    answer(httpserver, commands({"op": "replace", "path": "/claims/mail/attributes", "value": value}))
    xml = sign_on(org, hooked, ada, session).xml
    assert xpath(xml, "//saml2:Attribute[@Name='mail']/@NameFormat") == "urn:basic"


@pytest.mark.parametrize(
    "body",
    [
        [], {"commands": {}}, {"commands": ["x"]}, {"commands": [{"type": "other", "value": []}]},
        {"commands": [{"type": "com.okta.assertion.patch", "value": {}}]}, commands("x"),  # type: ignore[arg-type]
        commands({"op": "remove", "path": "/claims/mail", "value": 1}), commands({"op": "replace", "value": 1}),
        commands({"op": "replace", "path": "/subject/nameId"}), commands(OPERATION | {"path": "/subject/nothing"}),
        commands(OPERATION | {"path": "/lifetime/expiration"}), commands(OPERATION | {"op": "add"}),
        commands(OPERATION | {"path": "/claims/mail/attributeValues/7/value"}),
        commands(OPERATION | {"path": "/claims/mail/attributeValues/7"}), commands(OPERATION | {"value": ["x"]}),
        commands(OPERATION | {"path": "/subject/nameId/x"}), commands(OPERATION | {"path": "/subject"}),
        commands(OPERATION, OPERATION | {"path": "/conditions/audienceRestriction", "value": []}),
        commands({"op": "add", "path": "/claims/x", "value": {"attributeValues": "y"}}),
    ],
)  # fmt: skip
def test_a_bad_answer_changes_nothing_and_is_logged(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer, body: Any
) -> None:
    answer(httpserver, body)
    assert name_id(sign_on(org, hooked, ada, session)) == "ada@acme.test"
    ((result, reason),) = outcomes(org)
    assert result == "FAILURE" and reason
    assert [event.result for event in org.log("user.authentication.sso")] == ["SUCCESS"]


@pytest.mark.parametrize(("status", "calls"), [(400, 1), (302, 1), (500, 2), (503, 2)])
def test_an_error_status_leaves_the_assertion_alone_and_a_5xx_is_tried_once_more(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer, status: int, calls: int
) -> None:
    answer(httpserver, commands(OPERATION), status)
    assert name_id(sign_on(org, hooked, ada, session)) == "ada@acme.test"
    assert len(httpserver.log) == calls
    assert outcomes(org) == [("FAILURE", f"the service answered with HTTP {status}")]


def test_a_second_try_that_works_is_taken(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/hook").respond_with_data(status=500)
    httpserver.expect_ordered_request("/hook").respond_with_json(commands(OPERATION))
    assert name_id(sign_on(org, hooked, ada, session)) == "hooked"
    assert outcomes(org) == [("SUCCESS", None)]


def test_no_answer_in_time_is_tried_once_more_and_then_given_up(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    org.change_settings(hook_timeout_seconds=0.1)

    given_up = threading.Event()

    def late(_request: Request) -> Response:
        given_up.wait(10)
        return Response("{}")

    httpserver.expect_request("/hook").respond_with_handler(late)
    assert name_id(sign_on(org, hooked, ada, session)) == "ada@acme.test"
    given_up.set()
    assert outcomes(org) == [("FAILURE", "no answer within 0.1 seconds")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [("no json", "the answer is no JSON"), ("x" * 300_000, "the answer is longer than 262144 bytes")],
)
def test_an_unreadable_answer_is_logged(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer, body: str, reason: str
) -> None:
    httpserver.expect_request("/hook").respond_with_data(body)
    assert name_id(sign_on(org, hooked, ada, session)) == "ada@acme.test"
    assert outcomes(org) == [("FAILURE", reason)]


def test_an_empty_answer_changes_nothing_and_is_a_success(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=204)
    assert name_id(sign_on(org, hooked, ada, session)) == "ada@acme.test"
    assert outcomes(org) == [("SUCCESS", None)]


def test_an_error_object_is_logged_and_denies_where_the_org_says_so(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    answer(httpserver, {"error": {"errorSummary": "Not today"}})
    assert name_id(sign_on(org, hooked, ada, session)) == "ada@acme.test"
    assert outcomes(org) == [("FAILURE", "Not today")]
    org.change_settings(hook_error="deny")
    with pytest.raises(SsoRefused, match="inline hook") as caught:
        sign_on(org, hooked, ada, session)
    assert (caught.value.code, caught.value.description) == ("idp_hook_denied", "Not today")


def test_an_error_without_a_summary_has_oktas_own(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    answer(httpserver, {"error": {}})
    sign_on(org, hooked, ada, session)
    assert outcomes(org) == [("FAILURE", "The callback service returned an error.")]


def test_a_service_that_is_not_there_leaves_the_assertion_alone(
    org: Org, app: App, ada: Person, session: Session
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/hook"
        app = org.update_app(app, inline_hook=url)
        assert name_id(sign_on(org, app, ada, session)) == "ada@acme.test"
    ((result, reason),) = outcomes(org)
    assert result == "FAILURE" and "cannot be reached" in str(reason)


def test_hooks_are_named_by_name_id_or_url(
    org: Org, hooked: App, ada: Person, session: Session, httpserver: HTTPServer
) -> None:
    answer(httpserver, commands(OPERATION))
    for key in ("My hook", hooked.settings.inline_hook, httpserver.url_for("/hook")):
        app = org.update_app(hooked, inline_hook=key)
        assert name_id(sign_on(org, app, ada, session, request=authn_request())) == "hooked"
    app = org.update_app(hooked, inline_hook="")
    assert name_id(sign_on(org, app, ada, session)) == "ada@acme.test"
    app = org.update_app(hooked, inline_hook="My hook")
    org.delete_inline_hook("My hook")
    assert name_id(sign_on(org, app, ada, session)) == "ada@acme.test"


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com/", "https://10.0.0.1/", "file:///etc/passwd", "nonsense"]
)
def test_a_hook_stays_on_this_machine_unless_the_org_says_otherwise(
    org: Org, app: App, ada: Person, session: Session, url: str
) -> None:
    with pytest.raises(InvalidValue, match="URL"):
        org.add_inline_hook("Far", url)
    if url.startswith("http"):
        app = org.update_app(app, inline_hook=url)
        sign_on(org, app, ada, session)
        assert "is not this machine" in str(outcomes(org)[0][1])
        org.change_settings(remote_hooks=True)
        org.add_inline_hook("Far", url)


def test_hooks_have_names_of_their_own(org: Org) -> None:
    hook = org.add_inline_hook("One", "http://localhost:1/")
    assert hook.id.startswith("cal")
    assert org.find_inline_hook("One") == hook
    with pytest.raises(AlreadyExists):
        org.add_inline_hook("One", "http://localhost:1/")
    with pytest.raises(InvalidValue):
        org.add_inline_hook(" ", "http://localhost:1/")
    with pytest.raises(NotFound):
        org.delete_inline_hook("Two")
    assert "secret" not in repr(org.add_inline_hook("Two", "http://localhost:1/", "X", "secret"))
