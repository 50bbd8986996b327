"""A login in two halves, and between them the request once more: as other SPs, proxies and mail programs send it."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Callable
from urllib.parse import quote, unquote_plus, urlsplit

from harness.drivers.exchange import SamlMessage
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import Field, Record, Text, choice, text, texts
from harness.steps.messages import last_message
from harness.steps.signing_in import sign_in_to_okta
from harness.steps.user import WHO
from harness.steps.world import World

_DEFLATE = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"


@step("user.start_login", WHO, text("page", "path of a page at the SP that the login is to end at"))
def start_login(world: World, given: Values) -> None:
    """Begin a login at the SP and stop where Okta asks who it is."""
    window = world.window(given.text("as"))
    if "page" in given:
        window.open(world.sp.url + given.text("page"))
        if window.has("button", "Sign in with SSO"):
            window.press("Sign in with SSO")
    else:
        world.sp.start_login(window)


@step("user.enter_password", WHO, text("password", "what is typed", default="the person's password"))
def enter_password(world: World, given: Values) -> None:
    """Fill in Okta's sign-in page, which the browser shows already."""
    login = given.text("as")
    sign_in_to_okta(world.window(login), login, given.text("password") or world.okta_password(login))


@step(
    "user.send_request_again",
    WHO,
    choice("by", "binding", "redirect", "post", default="redirect"),
    choice(
        "compression",
        "what is done to the XML: raw DEFLATE; DEFLATE that stores instead of compressing; DEFLATE at its best; "
        "DEFLATE with the header of zlib or of gzip; nothing",
        "raw DEFLATE",
        "stored DEFLATE",
        "best DEFLATE",
        "zlib",
        "gzip",
        "none",
        default="what the binding wants",
    ),
    choice(
        "base64",
        "how the result is written",
        "standard",
        "line breaks",
        "URL-safe",
        "no padding",
        default="standard",
    ),
    choice(
        "escapes",
        "how the query is written: as it was sent, with small letters in its escapes, or with each escape escaped "
        "once more",
        "as sent",
        "lower case",
        "twice",
        default="as sent",
    ),
    Field(
        "parameters",
        "parameters with other values; `absent` takes one away, `as sent` leaves it alone",
        Record((), others=Text(), noun="parameters (name: value)"),
    ),
    texts("order", "names of the parameters in the order in which they are to stand"),
    choice("says_encoding", "add the parameter SAMLEncoding", "DEFLATE"),
)
def send_request_again(world: World, given: Values) -> None:
    """Send the last AuthnRequest once more, written in another way. The message itself stays the same.

    Without `compression` and `base64`, the value of SAMLRequest is not touched, so that a signature over it holds.
    """
    login = given.text("as")
    message = last_message(world, "request", login)
    window = world.window(login)
    if given.text("by", "redirect") == "post":
        fields = [("SAMLRequest", _rewritten(message, given, "none"))]
        if message.relay_state is not None:
            fields.append(("RelayState", message.relay_state))
        window.post(message.destination, _with_parameters(fields, given), from_url=world.sp.login_url)
        return
    window.open(f"{message.destination}?{_query(message, given)}")


def _query(message: SamlMessage, given: Values) -> str:
    sent = urlsplit(message.exchange.url).query
    if message.binding == "redirect" and sent:
        pairs = [(name, value) for name, _, value in (pair.partition("=") for pair in sent.split("&"))]
    else:
        state = [] if message.relay_state is None else [("RelayState", quote(message.relay_state, safe=""))]
        pairs = [("SAMLRequest", ""), *state]
    if "compression" in given or "base64" in given or message.binding == "post":
        again = quote(_rewritten(message, given, "raw DEFLATE"), safe="")
        pairs = [(name, again if name == "SAMLRequest" else value) for name, value in pairs]
    if "says_encoding" in given:
        pairs.append(("SAMLEncoding", quote(_DEFLATE, safe="")))
    pairs = [
        (name, value if (name, value) in pairs else quote(value, safe=""))
        for name, value in _with_parameters(pairs, given)
    ]
    if order := given.texts("order"):
        if sorted(order) != sorted(name for name, _ in pairs):
            received = ", ".join(name for name, _ in pairs)
            raise fail(
                "other_parameters", "the query has other names.", expected=", ".join(order), received=received
            )
        pairs.sort(key=lambda pair: order.index(pair[0]))
    changed = _ESCAPES[given.text("escapes", "as sent")]
    return "&".join(f"{name}={changed(value)}" for name, value in pairs)


_ESCAPES: dict[str, Callable[[str], str]] = {
    "as sent": lambda value: value,
    "lower case": lambda value: re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), value),
    "twice": lambda value: value.replace("%", "%25"),
}


def _with_parameters(pairs: list[tuple[str, str]], given: Values) -> list[tuple[str, str]]:
    wanted = given.record("parameters")
    changes = {name: wanted.text(name) for name in wanted if wanted.text(name) != "as sent"}
    names = [name for name, _ in pairs]
    pairs = [(name, changes.get(name, value)) for name, value in pairs if changes.get(name) != "absent"]
    return pairs + [
        (name, value) for name, value in changes.items() if name not in names and value != "absent"
    ]


def _rewritten(message: SamlMessage, given: Values, compression: str) -> str:
    packed = _COMPRESSIONS[given.text("compression", compression)](message.xml)
    written = base64.b64encode(packed).decode()
    match given.text("base64", "standard"):
        case "line breaks":
            return "\r\n".join(re.findall(".{1,76}", written))
        case "URL-safe":
            return written.replace("+", "-").replace("/", "_")
        case "no padding":
            return written.rstrip("=")
    return written


def _deflate(level: int, wbits: int) -> Callable[[bytes], bytes]:
    def pack(data: bytes) -> bytes:
        packer = zlib.compressobj(level, wbits=wbits)
        return packer.compress(data) + packer.flush()

    return pack


_COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "raw DEFLATE": _deflate(6, -15),
    "stored DEFLATE": _deflate(0, -15),
    "best DEFLATE": _deflate(9, -15),
    "zlib": _deflate(6, 15),
    "gzip": _deflate(6, 31),
    "none": lambda data: data,
}


@step("expect.request_signature", text("of", "whose browser sent it", default="anybody's"))
def request_signature(world: World, given: Values) -> None:
    """The last AuthnRequest came by redirect, and the signature in its query verifies with the SP's own certificate.

    The certificate is that of the SP's metadata; what is signed is the query as it was sent, in the order SAMLRequest,
    RelayState, SigAlg (SAML Bindings 3.4.4.1).
    """
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    from fake_idp.saml.xml import parse
    from harness.steps.sp_metadata import certificates

    message = last_message(world, "request", given.text("of"))
    raw = dict(pair.partition("=")[::2] for pair in urlsplit(message.exchange.url).query.split("&"))
    if "Signature" not in raw:
        raise fail("request_unsigned", "the request has no signature in its query.", received=", ".join(raw))
    metadata = world.window("somebody without rights").fetch(world.sp.metadata_url)
    signed = "&".join(
        f"{name}={raw[name]}" for name in ("SAMLRequest", "RelayState", "SigAlg") if name in raw
    )
    for pem in certificates(parse(metadata.content), "signing"):
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
        try:
            assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101 - the only kind in use
            signature = base64.b64decode(unquote_plus(raw["Signature"]))
            key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, binascii.Error):
            continue
        return
    raise fail("request_signature", "no certificate of the SP verifies the request.", received=signed[:300])
