"""The pages in a real browser: keyboard, names of controls, room, contrast, and what scripts add."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from lxml import etree

from fake_idp import FakeOkta
from fake_idp.server import Server
from tests.pages.conftest import ACS, AUDIENCE, Browser, World, make_world
from tests.pages.test_single_logout import answer_to
from tests.pages.test_sso_endpoint import authn_request, post_fields
from tests.pages.test_wizard_configure import sp_certificate

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
AsAdmin = Callable[..., Any]

LONG = "A name that is as long as somebody who wants to see the layout break would make it, and longer"


def all_pages(world: World) -> list[str]:
    app = f"/admin/app/{world.app.info.name}/instance/{world.app.id}"
    return [
        "/login/login.htm?prompt=login", "/app/UserHome", "/nothing-here", "/admin/dashboard", "/admin/apps/active",
        "/admin/apps/new", f"{app}/general", f"{app}/general/edit", f"{app}/sign-on", f"{app}/sign-on/edit",
        f"{app}/import", f"{app}/assignments", f"{app}/assign/people", f"{app}/assign/groups",
        f"{app}/assign/people/{world.grace.id}", f"/admin/app/{world.app.info.name}/{world.app.id}"
        "/setup/help/SAML_2_0/instructions", f"/admin/apps/saml-wizard/edit/{world.app.info.name}/{world.app.id}",
        "/admin/users", "/admin/users/new", f"/admin/users/{world.ada.id}", "/admin/groups", "/admin/groups/new",
        f"/admin/groups/{world.okta.org.group('Everyone').id}", "/admin/reports/system-log", "/admin/testing/clock",
        "/admin/testing/faults",
        "/admin/testing/settings",
    ]  # fmt: skip


def open_everything(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


def each_page(page: Page, world: World) -> Iterable[str]:
    """Visit every page, the wizard's further steps included."""
    for path in all_pages(world):
        page.goto(world.okta.url + path)
        assert "login.htm" not in page.url or "login.htm" in path
        open_everything(page)
        yield path
        if "saml-wizard" in path:
            page.get_by_role("button", name="Next").click()
            open_everything(page)
            yield f"{path}, Configure SAML"
            page.get_by_role("button", name="Next").click()
            yield f"{path}, Feedback"


ROLES = "button|link|textbox|searchbox|checkbox|radio|combobox|spinbutton|dialog|navigation"


def unnamed_controls(page: Page) -> list[str]:
    """Controls that a screen reader would have to announce without a name."""
    lines = [line.strip() for line in page.locator("body").aria_snapshot().splitlines()]
    controls = [line for line in lines if re.match(rf"- '?({ROLES})\b", line)]
    assert controls
    return [line for line in controls if not re.match(rf"- '?({ROLES}) [\"/]", line)]


CONTRAST = """() => {
  const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] === 1) { return c; }
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest("noscript, script, .visually-hidden") || !e.checkVisibility()) { continue; }
    const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) { poor.push(`${e.className} ${ratio.toFixed(2)}: ${e.textContent.trim().slice(0, 40)}`); }
  }
  return poor;
}"""


@dataclass
class Seen:
    """What a walk over one page found wrong with it."""

    unnamed: list[str]
    poor_contrast: list[str]
    width: int


@pytest.fixture(scope="module")
def seen(browser: Browser) -> dict[str, Seen]:
    """Every page, visited once by an admin, in an org whose names are as long as they can be."""
    with FakeOkta(seed="pages") as okta:
        world = make_world(okta)
        org = okta.org
        org.update_app(world.app.id, label=LONG, sso_acs_url=f"http://sp.test/{'very-long-path/' * 20}")
        org.update_person(world.ada.id, first_name=LONG, department="x" * 200)
        world.app.assign(okta.add_group("y" * 200, LONG))
        org.generate_key(world.app.id)

        def walk(page: Page) -> dict[str, Seen]:
            page.set_viewport_size({"width": 1280, "height": 800})
            return {
                path: Seen(
                    unnamed_controls(page),
                    page.evaluate(CONTRAST),
                    page.evaluate("document.documentElement.scrollWidth"),
                )
                for path in each_page(page, world)
            }

        return browser.run(walk, sid=org.start_session(org.admin).id, url=okta.url)


def test_every_control_of_every_page_has_a_name(seen: dict[str, Seen]) -> None:
    assert {path: page.unnamed for path, page in seen.items() if page.unnamed} == {}


def test_no_page_scrolls_sideways_at_1280_pixels_however_long_names_are(seen: dict[str, Seen]) -> None:
    assert {path: page.width for path, page in seen.items() if page.width > 1280} == {}


def test_text_stands_out_from_its_ground_by_4_5_to_1(seen: dict[str, Seen]) -> None:
    assert {path: page.poor_contrast for path, page in seen.items() if page.poor_contrast} == {}


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control with this name has the focus, and see that the focus shows."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(
            """(wanted) => {
              const e = document.activeElement;
              const label = e.labels && e.labels.length ? e.labels[0].textContent : "";
              return [e.getAttribute("aria-label"), label, e.textContent].some((t) => (t || "").trim() === wanted);
            }""",
            name,
        ):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def test_the_whole_wizard_can_be_walked_by_keyboard_alone(okta: FakeOkta, as_admin: AsAdmin) -> None:
    def walk(page: Page) -> str:
        page.goto(f"{okta.url}/admin/apps/active")
        tab_to(page, "Create App Integration")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/apps/new")
        tab_to(page, "OIDC - OpenID Connect")
        page.keyboard.press("ArrowDown")
        tab_to(page, "Next")
        page.keyboard.press("Enter")
        page.wait_for_url("**/general")
        tab_to(page, "App name")
        page.keyboard.type("Keyboard")
        page.keyboard.press("Enter")  # Enter in a field means Next, not Cancel or Previous
        page.wait_for_url("**/configure")
        tab_to(page, "Single sign-on URL")
        page.keyboard.type(ACS)
        tab_to(page, "Audience URI (SP Entity ID)")
        page.keyboard.type(AUDIENCE)
        tab_to(page, "Application username")
        page.keyboard.type("Email")
        tab_to(page, "Show Advanced Settings")
        page.keyboard.press("Space")
        tab_to(page, "Honor Force Authentication")
        page.keyboard.press("ArrowDown")
        tab_to(page, "Name 1")
        page.keyboard.type("mail")
        tab_to(page, "Value 1")
        page.keyboard.type("user.email")
        page.keyboard.press("Enter")
        page.wait_for_url("**/feedback")
        tab_to(page, "Finish")
        page.keyboard.press("Space")
        page.wait_for_url("**/sign-on")
        return page.get_by_role("heading", level=1).inner_text()

    assert as_admin(walk) == "Keyboard"
    app = okta.org.apps()[0]
    assert app.application_username == "Email"
    assert app.settings.honor_force_authn is False
    assert app.settings.attribute_statements[0].name == "mail"


def test_the_skip_link_leads_past_the_navigation(okta: FakeOkta, as_admin: AsAdmin) -> None:
    def walk(page: Page) -> tuple[str, str]:
        page.goto(f"{okta.url}/admin/users")
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        return first, page.evaluate("document.activeElement.textContent")

    assert as_admin(walk) == ("Skip to main content", "Add person")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_fields_that_depend_on_another_one_show_up_with_it(
    okta: FakeOkta, as_admin: AsAdmin, scripts: bool
) -> None:
    app = okta.create_saml_app("Notes", acs_url=ACS, audience=AUDIENCE)

    def walk(page: Page) -> None:
        page.goto(f"{okta.url}/admin/apps/saml-wizard/edit/{app.info.name}/{app.id}")
        page.get_by_role("button", name="Next").click()

        def choose(label: str, option: str) -> None:
            page.get_by_label(label, exact=True).select_option(option)

        pairs: dict[str, Callable[[], None]] = {
            "Recipient URL": lambda: page.get_by_label("Use this for Recipient URL").uncheck(),
            "Custom username expression": lambda: choose("Application username", "Custom"),
            "Encryption Certificate": lambda: choose("Assertion Encryption", "Encrypted"),
        }
        page.get_by_text("Show Advanced Settings").click()
        for label, act in pairs.items():
            field = page.get_by_label(label, exact=True)
            assert not field.is_visible()
            act()
            field.wait_for(state="visible")
        certificate = {"name": "sp.pem", "mimeType": "text/plain", "buffer": sp_certificate()}
        slo = page.get_by_label("Enable Single Logout", exact=True)
        assert slo.is_visible() != scripts
        page.get_by_label("Signature Certificate", exact=True).set_input_files(certificate)  # type: ignore[arg-type]
        slo.check()
        page.get_by_label("Single Logout URL", exact=True).wait_for(state="visible")

    as_admin(walk, scripts=scripts)


def test_copy_buttons_copy(world: World, as_admin: AsAdmin) -> None:
    def walk(page: Page) -> str:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{world.okta.url}/admin/app/{world.app.info.name}/instance/{world.app.id}/sign-on")
        page.get_by_role("button", name="Copy Metadata URL").click()
        return str(page.evaluate("navigator.clipboard.readText()"))

    assert as_admin(walk) == world.okta.org.metadata_url(world.app.info)


class ServiceProvider:
    """Another site that takes what Okta sends, and answers logout requests."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.arrived = threading.Event()
        self.callback = ""
        self.start = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        if environ["REQUEST_METHOD"] == "GET":
            return [self.start.encode()]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        self.received.append(form)
        self.arrived.set()
        if environ["PATH_INFO"] == "/logout":
            request_id = etree.fromstring(base64.b64decode(form["SAMLRequest"])).get("ID", "")
            return [_posting(self.callback, answer_to(request_id, "Success")).encode()]
        return [b"<h1>Welcome</h1>"]


def _posting(action: str, fields: dict[str, str]) -> str:
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    return f'<form id="f" method="post" action="{action}">{inputs}</form><script>f.submit()</script>'


def sign_in(page: Page, world: World) -> None:
    page.goto(f"{world.okta.url}/app/UserHome")
    page.get_by_label("Username").fill("ada@acme.test")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Password").fill("pw-ada")
    page.get_by_role("button", name="Verify").click()
    page.wait_for_url("**/app/UserHome")


@pytest.fixture
def sp() -> Iterable[tuple[ServiceProvider, str]]:
    provider = ServiceProvider()
    with Server(provider, "localhost") as server:
        yield provider, server.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_auto_post_page_carries_the_answer_to_another_site(
    world: World, browser: Browser, sp: tuple[ServiceProvider, str], scripts: bool
) -> None:
    provider, url = sp
    world.okta.org.update_app(world.app.id, sso_acs_url=f"{url}/acs")

    def walk(page: Page) -> str:
        sign_in(page, world)
        page.get_by_role("link", name="Notes").click()
        if not scripts:
            page.locator("#noscript-msg").wait_for(state="visible")
            page.get_by_role("button", name="Continue").click()
        page.wait_for_url(f"{url}/acs")
        return page.get_by_role("heading").inner_text()

    assert browser.run(walk, scripts=scripts) == "Welcome"
    assert provider.received[0]["RelayState"] == ""
    assert b"ada@acme.test" in base64.b64decode(provider.received[0]["SAMLResponse"])


def test_a_request_posted_from_another_site_finds_the_session(
    world: World, browser: Browser, sp: tuple[ServiceProvider, str]
) -> None:
    provider, url = sp
    world.okta.org.update_app(world.app.id, sso_acs_url=f"{url}/acs")
    provider.start = _posting(world.app.sso_url, post_fields(authn_request(), RelayState="deep"))

    def walk(page: Page) -> None:
        sign_in(page, world)
        page.goto(f"{url}/start")
        page.wait_for_url(f"{url}/acs")

    browser.run(walk)
    assert provider.received[0]["RelayState"] == "deep"


def test_sign_out_reaches_the_app_through_its_frame_and_goes_on(
    world: World, browser: Browser, sp: tuple[ServiceProvider, str]
) -> None:
    provider, url = sp
    provider.callback = f"{world.app.slo_url}/callback"
    world.okta.org.update_app(
        world.app.id, sso_acs_url=f"{url}/acs", participate_slo=True, participate_slo_url=f"{url}/logout"
    )

    def walk(page: Page) -> str:
        sign_in(page, world)
        page.goto(world.app.embed_link)
        page.wait_for_url(f"{url}/acs")
        page.goto(f"{world.okta.url}/app/UserHome")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile(r".*/login/login\.htm\??$"))
        return page.get_by_role("heading").inner_text()

    assert browser.run(walk) == "Sign In"
    assert "SAMLRequest" in provider.received[1]
    log = world.okta.log(event_type="user.authentication.slo")
    assert [event.result for event in log] == ["SUCCESS"]
