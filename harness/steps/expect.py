"""What must hold now: who is signed in, who was refused and why, what a page says."""

from __future__ import annotations

from harness.difference import Difference
from harness.drivers.agent import Agent
from harness.result import Evidence
from harness.steps.definition import Values, step
from harness.steps.failure import StepFailed, fail, page_evidence
from harness.steps.fields import Field, Flag, Whole, choice, text, texts
from harness.steps.known_names import CODE
from harness.steps.matching import RULES, mismatch
from harness.steps.pages import code_on
from harness.steps.user import WHO
from harness.steps.world import World

_WHOSE = text("of", "whose browser", default="the one used last")


def browser_of(world: World, given: Values) -> Agent:
    """The browser that the step speaks of."""
    name = given.text("of") or given.text("as")
    if name and name in world.windows:
        return world.window(name)
    if name:
        raise fail(
            "no_browser_yet",
            f"{name} has no browser open yet.",
            received=", ".join(world.windows) or "nobody has",
        )
    if world.shown is None:
        raise fail("no_browser_yet", "nobody has opened a browser yet.")
    return world.shown


@step(
    "expect.signed_in",
    WHO,
    text("email", "address of the account at the SP", default="the same as `as`"),
    text("role", "role at the SP"),
    text("page", "path or address of the page that the login ended on"),
    choice("at", "where", "sp", "okta", default="sp"),
)
def signed_in(world: World, given: Values) -> None:
    """The person is signed in: the SP's own page says so, to their browser."""
    login = given.text("as")
    window = browser_of(world, given)
    landed = window.url
    if given.text("at", "sp") == "okta":
        _signed_in_at_okta(world, window, login)
        return
    email = given.text("email", login)
    found = world.sp.who(window, email)
    if found.email != email:
        raise _not_signed_in(world, window, email, found.email)
    if "role" in given and world.sp.reference is not None and found.role != given.text("role"):
        raise fail(
            "wrong_role", f"{email} has another role.", expected=given.text("role"), received=found.role
        )
    if "page" in given:
        wanted = given.text("page")
        wanted = world.sp.url + wanted if wanted.startswith("/") else wanted
        if landed != wanted:
            raise fail("wrong_page", "the login ended on another page.", expected=wanted, received=landed)


def _signed_in_at_okta(world: World, window: Agent, login: str) -> None:
    page = window.fetch(f"{world.okta.url}/app/UserHome")
    if page.status != 200 or f"Signed in as {login}".encode() not in page.content:
        raise fail(
            "not_signed_in", f"{login} is not signed in at Okta.", received=f"{page.status} {page.url}"
        )


def _not_signed_in(world: World, window: Agent, email: str, found: str) -> StepFailed:
    evidence = [page_evidence(window), *login_evidence(world)]
    attempt = world.sp.reference.last_login() if world.sp.reference else None
    cause = attempt.differences[0] if attempt and attempt.differences and not found else None
    received = f"signed in as {found}" if found else f"nobody; the page says: {_summary(window)}"
    difference = Difference(
        cause.code if cause else "not_signed_in",
        f"{email} is not signed in at the SP." + (f" {cause.message}" if cause else ""),
        expected=f"signed in as {email}" + (f"; {cause.expected}" if cause and cause.expected else ""),
        received=received + (f"; {cause.received}" if cause and cause.received else ""),
        hint=cause.hint if cause else "",
        fixes=cause.fixes if cause else (),
    )
    return StepFailed(difference, *evidence)


def _summary(window: Agent) -> str:
    return "; ".join(window.alerts()) or f"{window.heading or window.title} ({window.status} {window.url})"


def login_evidence(world: World) -> list[Evidence]:
    """What the reference SP wrote about the last login."""
    attempt = world.sp.reference.last_login() if world.sp.reference else None
    if attempt is None:
        return []
    lines = [f"{attempt.flow}: {attempt.outcome} {attempt.email or attempt.name_id}".strip()]
    lines += [line for each in (*attempt.differences, *attempt.warnings) for line in each.lines()]
    return [Evidence("the SP's sign-on log, last entry", text="\n".join(lines))]


@step("expect.signed_out", WHO, choice("at", "where", "sp", "okta", default="sp"))
def signed_out(world: World, given: Values) -> None:
    """Nobody is signed in in this person's browser."""
    window = browser_of(world, given)
    if given.text("at", "sp") == "okta":
        page = window.fetch(f"{world.okta.url}/app/UserHome")
        if b"Signed in as" in page.content:
            raise fail("signed_in", "somebody is signed in at Okta.", expected="nobody", received=page.url)
        return
    found = world.sp.who(window, given.text("as"))
    if found.email:
        raise fail(
            "signed_in",
            "somebody is signed in at the SP.",
            expected="nobody",
            received=found.email,
            evidence=(page_evidence(window),),
        )


@step(
    "expect.refused",
    choice("by", "who refused", "sp", "okta", required=True),
    Field("code", "stable code of the refusal", CODE),
    Field("status", "HTTP status of the page", Whole(minimum=100, maximum=599)),
    texts("mentions", "texts that the page or, at the SP, the admin's details must have"),
    texts("fix", "labels of the fields that the details tell to change"),
    _WHOSE,
)
def refused(world: World, given: Values) -> None:
    """The last thing that this person did was refused, with this code and these words."""
    window = browser_of(world, given)
    by = given.text("by")
    if world.side_of(window.url) != by:
        raise fail(
            "not_refused_there",
            f"the browser is not at a page of {by}.",
            expected=f"a refusal by {by}",
            received=f"{window.heading or window.title!r} ({window.status} {window.url})",
            evidence=(page_evidence(window), *login_evidence(world)),
        )
    code = code_on(window)
    wanted = given.text("code", code)
    if not code or code != wanted:
        raise fail(
            code or "not_refused",
            "the page shows another code." if code else "the page shows no refusal.",
            expected=wanted or "a refusal",
            received=code or _summary(window),
            evidence=(page_evidence(window), *login_evidence(world)),
        )
    if "status" in given and window.status != given.whole("status"):
        raise fail(
            "http_status", "another HTTP status.", expected=given.text("status"), received=str(window.status)
        )
    details = _details(world, by, code)
    said = " ".join(f"{window.text} {_hidden_reasons(window)} {details}".split())
    for wanted_text in given.texts("mentions"):
        if " ".join(wanted_text.split()) not in said:
            raise fail(
                "not_mentioned",
                "the refusal does not mention this.",
                expected=wanted_text,
                received=details or window.text[:600],
                evidence=(page_evidence(window), *login_evidence(world)),
            )
    for label in given.texts("fix"):
        if f"'{label}'" not in details:
            raise fail("no_such_advice", "the details name other fields.", expected=label, received=details)


def _details(world: World, by: str, code: str) -> str:
    """What the SP's admin reads about the refusal."""
    attempt = world.sp.reference.last_login() if by == "sp" and world.sp.reference else None
    if attempt is None or (attempt.code != code and attempt.public_code != code):
        return ""
    return "\n".join(line for each in (*attempt.differences, *attempt.warnings) for line in each.lines())


def _hidden_reasons(window: Agent) -> str:
    """Folded sections count as said: a click shows them."""
    from harness.drivers.http.document import Document

    document = Document(window.html.encode(), "text/html; charset=utf-8", window.url)
    return " ".join(" ".join(each.text_content().split()) for each in document.root.iter("details"))


@step(
    "expect.page",
    _WHOSE,
    text("heading", "main heading"),
    text("title", "title"),
    text("url", "address, or a path at the SP"),
    Field("status", "HTTP status", Whole(minimum=100, maximum=599)),
    texts("contains", "texts that it must have"),
    texts("lacks", "texts that it must not have"),
    texts("links", "links that it must have"),
    texts("no_links", "links that it must not have"),
)
def page(world: World, given: Values) -> None:
    """The page that this person looks at."""
    window = browser_of(world, given)
    wanted_url = given.text("url")
    wanted_url = world.sp.url + wanted_url if wanted_url.startswith("/") else wanted_url
    for name, wanted, received in (
        ("heading", given.text("heading"), window.heading),
        ("title", given.text("title"), window.title),
        ("url", wanted_url, window.url),
        ("status", given.text("status"), str(window.status)),
    ):
        if wanted and wanted != received:
            raise fail(
                f"page_{name}",
                f"the page has another {name}.",
                expected=wanted,
                received=received,
                evidence=(page_evidence(window),),
            )
    for name, there, names in (
        ("contains", True, given.texts("contains")),
        ("lacks", False, given.texts("lacks")),
    ):
        for each in names:
            if window.says(each) != there:
                raise fail(
                    f"page_{name}",
                    "the page does not have this text." if there else "the page has this text.",
                    expected=each if there else f"a page without {each!r}",
                    received=window.text[:600],
                    evidence=(page_evidence(window),),
                )
    for there, names in ((True, given.texts("links")), (False, given.texts("no_links"))):
        for each in names:
            if window.has("link", each) != there:
                raise fail(
                    "page_links",
                    "the page does not have this link." if there else "the page has this link.",
                    expected=each if there else f"no link {each!r}",
                    received=", ".join(window.controls("link")),
                )


@step(
    "expect.field",
    text("label", "label of the field", required=True),
    text("holds", f"what it holds: {RULES}", required=True),
    _WHOSE,
)
def field(world: World, given: Values) -> None:
    """A field of the page: what is typed or chosen; `on` or `off` for a checkbox."""
    window = browser_of(world, given)
    held = window.value(given.text("label"))
    if mismatch(given.text("holds"), held):
        raise fail(
            "page_field",
            f"the field {given.text('label')!r} holds something else.",
            expected=given.text("holds"),
            received=held or "nothing",
            evidence=(page_evidence(window),),
        )


@step(
    "expect.cookie",
    WHO,
    text("name", "name of the cookie", required=True),
    Field("there", "whether the browser holds it", Flag(), default="true"),
    choice("same_site", "its SameSite", "Strict", "Lax", "None"),
)
def cookie(world: World, given: Values) -> None:
    """A cookie in this person's browser."""
    window = browser_of(world, given)
    found = [each for each in window.cookies() if each.name == given.text("name")]
    if bool(found) != given.flag("there", True):
        names = ", ".join(each.name for each in window.cookies())
        raise fail(
            "cookie",
            f"the cookie {given.text('name')!r}.",
            expected=given.text("there", "true"),
            received=names,
        )
    if found and "same_site" in given and found[0].same_site != given.text("same_site"):
        raise fail("cookie", "its SameSite.", expected=given.text("same_site"), received=found[0].same_site)
