"""What the SP sends: AuthnRequests on both bindings, and its own metadata."""

from __future__ import annotations

import base64
import re
import zlib
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree, html
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tests.reference_sp.conftest import Maker, Pair
from tests.reference_sp.small_idp import NS, SAML, Element, SmallIdp

MD = {"md": "urn:oasis:names:tc:SAML:2.0:metadata", "ds": NS["ds"]}


def sp_role(pair: Pair) -> Element:
    page = pair.browser().get(f"/saml/2/metadata/{pair.sp.org_id}")
    assert page.headers["Content-Type"] == "application/samlmetadata+xml"
    role = etree.fromstring(page.body).find("md:SPSSODescriptor", MD)
    assert role is not None
    return role


def certificates(pair: Pair, use: str) -> list[x509.Certificate]:
    path = f"md:KeyDescriptor[@use='{use}']/ds:KeyInfo/ds:X509Data/ds:X509Certificate"
    found = sp_role(pair).findall(path, MD)
    return [x509.load_der_x509_certificate(base64.b64decode(one.text or "")) for one in found]


def test_the_shape_of_a_request(pair: Pair) -> None:
    request, relay_state = pair.start(pair.browser())
    assert request.tag == "{urn:oasis:names:tc:SAML:2.0:protocol}AuthnRequest"
    assert request.get("Version") == "2.0"
    assert request.get("Destination") == pair.idp.sso_url
    assert request.get("AssertionConsumerServiceURL") == pair.sp.acs_url
    assert request.get("AssertionConsumerServiceIndex") is None
    assert request.get("ProtocolBinding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", request.get("IssueInstant", ""))
    issuer = request.find(f"{{{SAML}}}Issuer")
    assert issuer is not None
    assert (issuer.text, dict(issuer.attrib)) == (pair.sp.entity_id, {})
    assert [str(child.tag).rpartition("}")[2] for child in request] == ["Issuer", "NameIDPolicy"]
    assert dict(request[1].attrib) == {"AllowCreate": "true"}
    assert relay_state


def test_ids_are_long_random_and_never_twice(pair: Pair) -> None:
    browser = pair.browser()
    started = [pair.start(browser) for _ in range(50)]
    identifiers = {request.get("ID", "") for request, _ in started}
    assert len(identifiers) == 50
    assert all(re.fullmatch(r"_[0-9a-f]{40}", one) for one in identifiers)
    assert len({state for _, state in started}) == 50


def test_relay_state_is_short_and_tells_nothing(pair: Pair) -> None:
    _, relay_state = pair.start(pair.browser(), "/10001/charts/" + "x" * 300)
    assert len(relay_state.encode()) <= 80
    assert re.fullmatch(r"[\w-]{32}", relay_state)


def test_requests_are_not_cached(pair: Pair) -> None:
    page = pair.browser().get("/sso/login/10001")
    assert page.headers["Cache-Control"] == "no-cache, no-store"
    assert page.headers["Pragma"] == "no-cache"


def test_a_query_of_the_idps_address_is_kept(make: Maker) -> None:
    idp = SmallIdp(sso_url="http://127.0.0.1:9/sso?tenant=acme&amp;x=1")
    pair = make(idp=idp)
    url = pair.browser().get("/sso/login/10001").location
    query = dict(parse_qsl(urlsplit(url).query))
    assert url.count("?") == 1
    assert (query["tenant"], query["x"]) == ("acme", "1")
    assert "SAMLRequest" in query


def test_the_host_header_changes_nothing(pair: Pair) -> None:
    browser = pair.browser()
    page = browser.get("/sso/login/10001", Host="evil.test", **{"X-Forwarded-Host": "evil.test"})
    packed = dict(parse_qsl(urlsplit(page.location).query))["SAMLRequest"]
    assert b"evil.test" not in zlib.decompress(base64.b64decode(packed), -15)


def posted(pair: Pair, path: str = "/sso/login/10001") -> tuple[str, dict[str, str]]:
    form = html.fromstring(pair.browser().get(path).text).find(".//form[@id='saml']")
    assert form is not None
    assert form.get("method") == "post"
    return form.get("action", ""), {i.get("name", ""): i.get("value", "") for i in form.findall(".//input")}


def test_a_post_request_goes_to_the_post_endpoint_plain(make: Maker) -> None:
    pair = make(request_binding="post")
    action, fields = posted(pair)
    assert action == pair.idp.sso_url
    request = etree.fromstring(base64.b64decode(fields["SAMLRequest"]))
    assert request.get("AssertionConsumerServiceURL") == pair.sp.acs_url
    assert fields["RelayState"]


def test_markup_in_a_deep_link_does_not_break_out_of_the_form(make: Maker) -> None:
    pair = make(request_binding="post")
    page = pair.browser().get("/sso/login/10001?next=/10001/%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(("only", "binding"), [("POST", "post"), ("Redirect", "redirect")])
def test_the_sp_takes_the_binding_that_is_offered(make: Maker, only: str, binding: str) -> None:
    pair = make(configured=False, request_binding="redirect" if binding == "post" else "post")
    other = "Redirect" if only == "POST" else "POST"
    text = re.sub(
        f"<md:SingleSignOnService Binding=[^>]*HTTP-{other}[^>]*/>", "", pair.idp.metadata().decode()
    )
    pair.sp.upload_metadata(text)
    pair.sp.save()
    if binding == "post":
        assert posted(pair)[0] == pair.idp.sso_url
    else:
        assert pair.browser().get("/sso/login/10001").location.startswith(f"{pair.idp.sso_url}?")


def test_a_signed_redirect_covers_the_relay_state(make: Maker) -> None:
    pair = make(sign_requests=True)
    assert sp_role(pair).get("AuthnRequestsSigned") == "true"
    query = urlsplit(pair.browser().get("/sso/login/10001").location).query
    signed, _, signature = query.rpartition("&Signature=")
    assert [part.partition("=")[0] for part in signed.split("&")] == ["SAMLRequest", "RelayState", "SigAlg"]
    value = base64.b64decode(dict(parse_qsl(f"s={signature}"))["s"])
    key = certificates(pair, "signing")[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(value, signed.encode(), PKCS1v15(), hashes.SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(value, signed.replace("RelayState=", "RelayState=x").encode(), PKCS1v15(), hashes.SHA256())


def test_a_signed_post_request_has_one_enveloped_signature(make: Maker) -> None:
    pair = make(sign_requests=True, request_binding="post")
    data = base64.b64decode(posted(pair)[1]["SAMLRequest"])
    request = etree.fromstring(data)
    assert [str(child.tag).rpartition("}")[2] for child in request][:2] == ["Issuer", "Signature"]
    reference = request.find("ds:Signature/ds:SignedInfo/ds:Reference", MD)
    assert reference is not None
    assert reference.get("URI") == f"#{request.get('ID')}"
    config = SignatureConfiguration(location="./")
    XMLVerifier().verify(
        data, x509_cert=certificates(pair, "signing")[0], id_attribute="ID", expect_config=config
    )


def test_the_idp_may_ask_for_signed_requests(make: Maker) -> None:
    pair = make(configured=False)
    pair.sp.upload_metadata(pair.idp.metadata().replace(b'Signed="false"', b'Signed="true"'))
    pair.sp.save()
    assert "Signature=" in pair.browser().get("/sso/login/10001").location


def test_name_id_policy_by_setting(make: Maker) -> None:
    none, _ = (pair := make(name_id_policy=None)).start(pair.browser())
    assert none.find("p:NameIDPolicy", NS) is None
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    asked, _ = (pair := make(name_id_policy=transient)).start(pair.browser())
    policy = asked.find("p:NameIDPolicy", NS)
    assert policy is not None
    assert dict(policy.attrib) == {"Format": transient}, "AllowCreate is not sent with transient names"


def test_passive_and_forced_requests(make: Maker) -> None:
    pair = make(is_passive=True, force_authn=True)
    request, _ = pair.start(pair.browser())
    assert (request.get("IsPassive"), request.get("ForceAuthn")) == ("true", "true")


def test_the_sps_metadata_lists_what_works(pair: Pair) -> None:
    role = sp_role(pair)
    acs = role.findall("md:AssertionConsumerService", MD)
    assert [(one.get("Location"), one.get("index"), one.get("isDefault")) for one in acs] == [
        (pair.sp.acs_url, "0", "true")
    ]
    logout = role.findall("md:SingleLogoutService", MD)
    assert {one.get("Location") for one in logout} == {pair.sp.slo_url}
    assert role.get("WantAssertionsSigned") == "false"
    for use in ("signing", "encryption"):
        for certificate in certificates(pair, use):
            assert certificate.public_key().key_size >= 2048  # type: ignore[union-attr]
    order = [str(child.tag).rpartition("}")[2] for child in role]
    wanted = ["KeyDescriptor", "SingleLogoutService", "NameIDFormat", "AssertionConsumerService"]
    assert sorted(order, key=wanted.index) == order, "the order of the schema"


def test_metadata_does_not_promise_what_is_off(make: Maker) -> None:
    pair = make(single_logout=False, encryption="off", require_assertion_signed=True)
    role = sp_role(pair)
    assert [str(child.tag).rpartition("}")[2] for child in role] == ["NameIDFormat"] * 2 + [
        "AssertionConsumerService"
    ]
    assert role.get("WantAssertionsSigned") == "true"


@pytest.mark.parametrize(
    "profile", ["amplitude-legacy", "slack", "github", "grafana", "gitlab", "sentry", "datadog"]
)
def test_every_profile_signs_people_in(make: Maker, profile: str) -> None:
    pair = make(profile=profile, test_required=False)
    names = [name for name in pair.sp.settings.email_sources if name != "subject"][:1]
    browser = pair.browser()
    request, state = pair.start(browser)
    attributes = {name: ["ada@acme.test"] for name in names}
    root = pair.idp.response(in_response_to=request.get("ID"), attributes=attributes)
    pair.deliver(root, browser, state)
    assert browser.signed_in() == "ada@acme.test", pair.sp.last_login()


def test_an_unknown_profile_setting_or_value_is_named_with_the_nearest_one() -> None:
    from harness.reference_sp import ReferenceSP
    from harness.reference_sp.settings import UnknownSetting

    with pytest.raises(UnknownSetting, match="amplitude, amplitude-legacy"):
        ReferenceSP(profile="amplitud")
    with pytest.raises(UnknownSetting, match="Did you mean 'clock_skew'"):
        ReferenceSP(clock_skw=1)
    with pytest.raises(UnknownSetting, match="Starter, Plus, Scholarship, Growth, Enterprise"):
        ReferenceSP(plan="gold")
    with pytest.raises(UnknownSetting, match="'explain', 'opaque'"):
        ReferenceSP(verbosity="loud")
    with pytest.raises(UnknownSetting, match="expected a whole number"):
        ReferenceSP(clock_skew="3 minutes")
    with pytest.raises(UnknownSetting, match="expected True or False"):
        ReferenceSP(jit="yes")
    with pytest.raises(UnknownSetting, match="'viewer', 'member', 'manager', 'admin'"):
        ReferenceSP(jit_role="owner")


def test_every_setting_is_documented() -> None:
    import ast
    import inspect
    import itertools

    from harness.reference_sp.settings import Settings

    body = ast.parse(inspect.getsource(Settings)).body[0].body  # type: ignore[attr-defined]
    for field, after in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign):
            assert isinstance(after, ast.Expr), f"{ast.unparse(field.target)} has no description"
