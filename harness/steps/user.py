"""The person who signs in: starts at the SP or at Okta, types passwords, follows links, loses cookies, goes back."""

from __future__ import annotations

from harness.drivers.agent import Agent
from harness.drivers.exchange import SamlMessage
from harness.steps.definition import Values, step
from harness.steps.failure import fail
from harness.steps.fields import choice, text
from harness.steps.signing_in import pass_okta, sign_in_to_okta, sign_in_with_password
from harness.steps.world import World

WHO = text("as", "who: login at Okta, or email at the SP", required=True)
_APP = text("app", "label of the app", default="the app made last")


@step(
    "user.sign_in",
    WHO,
    choice(
        "from",
        "where it starts: the SP's login page; a deep link at the SP; the tile on Okta's dashboard; the app's embed "
        "link; the app's sign-on URL, opened without a request",
        "sp",
        "deep link",
        "tile",
        "embed link",
        "sign-on url",
        default="sp",
    ),
    text("page", "path of the deep link, such as `/10001/charts/7`; with `from: deep link`"),
    text("relay_state", "RelayState to put on the embed link or sign-on URL"),
    text("password", "what is typed at Okta", default="the person's password"),
    _APP,
)
def sign_in(world: World, given: Values) -> None:
    """Sign in by single sign-on, as far as it goes. Okta's sign-in page is passed when it appears.

    What came of it, the next `expect` step says.
    """
    login = given.text("as")
    window = world.window(login)
    match given.text("from", "sp"):
        case "deep link":
            _start_at_page(world, window, given.text("page"))
        case "tile":
            _start_at_tile(world, window, login, given)
        case "embed link":
            window.open(_with_relay_state(world.app(given.text("app")).embed_link, given))
        case "sign-on url":
            window.open(_with_relay_state(world.app(given.text("app")).sso_url, given))
        case _:
            world.sp.start_login(window)
    pass_okta(world, window, login, given.text("password"))


def _start_at_page(world: World, window: Agent, page: str) -> None:
    window.open(world.sp.url + page)
    if window.has("button", "Sign in with SSO"):
        window.press("Sign in with SSO")


def _start_at_tile(world: World, window: Agent, login: str, given: Values) -> None:
    window.open(f"{world.okta.url}/app/UserHome")
    pass_okta(world, window, login, given.text("password"))
    window.follow(world.app(given.text("app")).label)


def _with_relay_state(url: str, given: Values) -> str:
    from urllib.parse import quote

    state = given.text("relay_state")
    return f"{url}?RelayState={quote(state, safe='')}" if state else url


@step("user.sign_in_to_okta", WHO, text("password", "what is typed", default="the person's password"))
def sign_in_okta(world: World, given: Values) -> None:
    """Sign in to Okta and look at the dashboard *My Apps*."""
    login = given.text("as")
    window = world.window(login)
    window.open(f"{world.okta.url}/app/UserHome")
    sign_in_to_okta(window, login, given.text("password") or world.okta_password(login))


@step("user.sign_in_with_password", WHO, text("password", "what is typed", default="the member's password"))
def sign_in_password(world: World, given: Values) -> None:
    """Sign in at the SP with email and password, without Okta."""
    email = given.text("as")
    window = world.window(email)
    sign_in_with_password(world, window, email, given.text("password") or world.sp_password(email))


@step("user.sign_out", WHO, choice("of", "which session ends", "sp", "okta", "sp and okta", default="sp"))
def sign_out(world: World, given: Values) -> None:
    """Sign out at the SP alone, at Okta alone, or at the SP with single logout."""
    window = world.window(given.text("as"))
    match given.text("of", "sp"):
        case "okta":
            window.open(f"{world.okta.url}/app/UserHome")
            window.press("Sign out")
        case "sp and okta":
            window.open(world.sp.home_url)
            window.press("Log out everywhere")
        case _:
            window.open(world.sp.home_url)
            window.press("Log out")


@step(
    "user.open",
    WHO,
    text("url", "address"),
    text("page", "path at the SP"),
    text("okta_page", "path at Okta"),
)
def open_page(world: World, given: Values) -> None:
    """Open an address."""
    window = world.window(given.text("as"))
    if "page" in given:
        window.open(world.sp.url + given.text("page"))
    elif "okta_page" in given:
        window.open(world.okta.url + given.text("okta_page"))
    else:
        window.open(given.text("url"))


@step("user.follow", WHO, text("link", "text of the link", required=True))
def follow(world: World, given: Values) -> None:
    """Click a link on the page."""
    world.window(given.text("as")).follow(given.text("link"))


@step("user.press", WHO, text("button", "text of the button", required=True))
def press(world: World, given: Values) -> None:
    """Press a button on the page."""
    world.window(given.text("as")).press(given.text("button"))


@step(
    "user.fill",
    WHO,
    text("label", "label of the field", required=True),
    text("value", "what is typed", required=True),
)
def fill(world: World, given: Values) -> None:
    """Type into a field of the page."""
    world.window(given.text("as")).fill(given.text("label"), given.text("value"))


@step("user.go_back", WHO)
def go_back(world: World, given: Values) -> None:
    """Use the browser's back button."""
    world.window(given.text("as")).back()


@step(
    "user.send_response_again",
    WHO,
    text("to", "another address", default="the same as before"),
    text("from_browser_of", "whose response it is", default="their own"),
)
def send_again(world: World, given: Values) -> None:
    """Post the last SAML response once more: the reload button, a copied form, a thief."""
    login = given.text("as")
    message = _last_response(world, given.text("from_browser_of") or login)
    fields = [
        (name, value) for name, value in message.exchange.form if name in ("SAMLResponse", "RelayState")
    ]
    window = world.window(login)
    window.post(given.text("to") or message.destination, fields, from_url=f"{world.okta.url}/app/UserHome")


def _last_response(world: World, actor: str) -> SamlMessage:
    responses = [each for each in world.messages(actor) if each.parameter == "SAMLResponse"]
    if not responses:
        raise fail("no_response", f"{actor} has sent no SAML response yet.", expected="a response")
    return responses[-1]


@step("user.forget_cookies", WHO, text("name", "only the cookies of this name", default="all"))
def forget_cookies(world: World, given: Values) -> None:
    """Delete cookies in the browser."""
    world.window(given.text("as")).forget_cookies(name=given.text("name"))


@step("user.take_another_browser", WHO)
def take_another_browser(world: World, given: Values) -> None:
    """Go on in another browser, which has no cookies."""
    world.fresh_window(given.text("as"))
