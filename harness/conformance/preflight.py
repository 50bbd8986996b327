"""Is the target set up so that anything can be judged? Every problem here is one of set-up, never a failed test."""

from __future__ import annotations

import re
from itertools import product

from harness.conformance.bench import COUNTING_SECONDS, Bench, Login, NoRequest
from harness.conformance.cases import SHAPES, Shape
from harness.conformance.identity import Identity
from harness.conformance.idp import Variation
from harness.conformance.visitor import KEPT_BODY
from harness.drivers.errors import DriverError
from harness.targets.errors import SetUpError
from harness.targets.model import host_of
from harness.targets.process import last_lines


def preflight(bench: Bench) -> None:
    """Look, without a login; start a login; log in; and find out what this target can do.

    Fills ``bench.shapes``, ``bench.idp_initiated``, ``bench.people.anyone`` and ``bench.asks_for_context``.

    :raises SetUpError: with advice, for the first thing that is wrong.
    """
    _acs_is_named(bench)
    _anonymous_is_nobody(bench)
    _login_leads_here(bench)
    first = _some_login_works(bench)
    _find_shapes(bench, first)
    bench.idp_initiated = _accepts_unsolicited(bench)


def _acs_is_named(bench: Bench) -> None:
    acs = host_of(bench.sp.acs_url)
    if acs not in bench.target.hosts:
        raise SetUpError(
            "acs_host",
            "the SP's metadata names an ACS on a host that the target file does not name",
            expected=" or ".join(sorted(bench.target.hosts)),
            received=bench.sp.acs_url,
            advice="give acs_url in the target file if responses may go there; nothing is sent to unnamed hosts",
        )


def _anonymous_is_nobody(bench: Bench) -> None:
    person = bench.people.account or bench.people.stranger()
    named = bench.name_id_of(person, Variation("both"))
    try:
        pages = [bench.visitor().get(bench.probe.url) for _ in range(2)]
    except DriverError as error:
        raise SetUpError(
            "signed_in_unreachable",
            f"the page that shows who is signed in cannot be fetched: {error}",
            advice="start the SP, or correct signed_in.url in the target file",
        ) from error
    bench.probe.learn(*pages)
    if any(bench.probe.names(page, named) for page in pages):
        raise SetUpError(
            "always_signed_in",
            "the page that shows who is signed in names a user although nobody has logged in",
            expected=f"no {bench.target.signed_in.contains!r} at {bench.probe.url} without a login",
            received=f"HTTP {pages[0].status} with that text",
            advice="name a page in signed_in.url that depends on the user's session, and a text in signed_in.contains "
            "that only stands there for the user who is signed in",
        )


def _login_leads_here(bench: Bench) -> None:
    try:
        started = bench.start(bench.visitor())
    except DriverError as error:
        raise SetUpError(
            "login_unreachable",
            f"the login cannot be started: {error}",
            received=last_lines(bench.running.output),
            advice="start the SP, or correct login_url in the target file",
        ) from error
    except NoRequest as error:
        _metadata_was_fetched(bench)
        raise SetUpError(
            "no_request",
            f"{error}",
            expected=f"a redirect or a form to {bench.idp.sso_url} with a SAMLRequest",
            received=_excerpt(error.page.text),
            advice="login_url has to start the SP-initiated login at once; and the SP has to know the IdP's metadata "
            f"({bench.target.configure.kind if bench.target.configure else 'upload'})",
        ) from error
    _metadata_was_fetched(bench)
    if started.endpoint != bench.idp.sso_url:
        raise SetUpError(
            "other_idp",
            "the login leads to another IdP",
            expected=bench.idp.sso_url,
            received=started.endpoint,
            advice="the SP has not taken over the metadata of this check: see `configure` in the target file",
        )
    bench.asks_for_context = bool(started.request.requested_contexts)
    bench.forces_authn = started.request.force_authn


def _metadata_was_fetched(bench: Bench) -> None:
    """By now, at the latest: some SPs read metadata when the first login begins."""
    if bench.running.by_url and not bench.publisher.wait(0, COUNTING_SECONDS):
        raise SetUpError(
            "metadata_not_fetched",
            "the target file says that the SP reads its IdP metadata from a URL, and nobody asked for it there",
            expected=f"a GET for {bench.publisher.url}",
            received="none",
            advice="make the SP read the address in IDP_METADATA_URL, or say metadata: file under configure",
        )


def _some_login_works(bench: Bench) -> Shape:
    """The first signing shape in which a good login works; finds out whom the target takes.

    Where none works across two sites, as Okta's page and the SP are, one site is tried: the SP's cookies are lost on
    the way, which is a failed case and not a matter of set-up.
    """
    tried: list[Login] = []
    for cross_site, anyone in product((True, False), _whom_to_try(bench)):
        bench.cross_site, bench.people.anyone = cross_site, anyone
        for shape in SHAPES:
            login = _good_login(bench, shape)
            if login.sight.who == "subject":
                return shape
            tried.append(login)
    _names_agree(bench)
    login = tried[0]
    wanted = _filled(bench.target.signed_in.contains, login.sent.person)
    page = login.sight.page
    answer = (
        f"the ACS had answered HTTP {login.landed.status} at {login.landed.url}: "
        f"{_excerpt(login.landed.text)}"
    )
    if login.sight.who == "somebody" and any(name in page.text for name in login.sent.person.texts):
        raise SetUpError(
            "contains_differs",
            "the page that shows who is signed in names the right user, but not in the words of signed_in.contains",
            expected=f"{wanted!r} at {page.url}",
            received=_excerpt(page.text),
            advice="correct signed_in.contains in the target file",
        )
    if page.status in (404, 410) and login.landed.status < 400:
        raise SetUpError(
            "signed_in_missing",
            "the page that is to show who is signed in is not there",
            expected=f"{wanted!r} at {bench.probe.url}",
            received=f"HTTP {page.status}; {answer}",
            advice="correct signed_in.url in the target file: a page of the SP that shows the signed-in user's name",
        )
    raise SetUpError(
        "no_session",
        "no session after a good login, in whatever way the message was signed",
        expected=f"{wanted!r} at {bench.probe.url}",
        received=f"{login.sight.describe()[:-1]}; {answer}",
        advice=_no_session_advice(bench),
    )


def _filled(contains: str, person: Identity) -> str:
    """What the page is to say of this person."""
    values = {"name_id": person.name_id or person.email, "email": person.email, "login": person.login}
    for name, value in values.items():
        contains = contains.replace(f"{{{name}}}", value)
    return contains


def _good_login(bench: Bench, shape: Shape) -> Login:
    try:
        return bench.login(Variation(shape))
    except DriverError as error:
        raise SetUpError(
            "login_unanswered",
            f"a good login breaks off: {error}",
            expected=f"an answer from {bench.sp.acs_url}, and then from {bench.probe.url}",
            received=last_lines(bench.running.output),
            advice="read the SP's log for this login; an SP that is too slow to answer cannot be judged",
        ) from error
    except NoRequest as error:
        raise SetUpError(
            "no_request",
            f"the login could be started once, and not again: {error}",
            received=_excerpt(error.page.text),
        ) from error


def _names_agree(bench: Bench) -> None:
    """Why no login works may be that the SP's request contradicts its metadata.

    Where logins work all the same, the cases about requests judge it.
    """
    request = bench.start(bench.visitor()).request
    acs = request.acs_url
    if acs is not None and acs not in bench.sp.acs_urls:
        raise SetUpError(
            "acs_differs",
            "the SP asks for the answer at another address than its metadata (or the target file) names",
            expected=" or ".join(bench.sp.acs_urls),
            received=acs,
            advice="make the SP build its ACS URL from its configured base URL, or correct acs_url in the target file",
        )
    if request.issuer != bench.sp.entity_id:
        raise SetUpError(
            "issuer_differs",
            "the SP calls itself something else than its metadata (or the target file) does",
            expected=bench.sp.entity_id,
            received=request.issuer or "no Issuer",
            advice="correct entity_id in the target file, or the SP's own setting",
        )


def _whom_to_try(bench: Bench) -> list[bool]:
    """Strangers first, unless the target file says that the SP takes none, or that it takes any."""
    if bench.people.account is None:
        return [True]
    stated = bench.target.capabilities.new_users
    return [True, False] if stated is None else [stated]


def _no_session_advice(bench: Bench) -> str:
    advice = "read the SP's log for this login; compare Audience, ACS URL, Name ID format and attributes with `app`"
    if bench.people.account is None:
        advice += "; name an account that the SP knows as `user`"
    return f"{advice}; check signed_in.contains against that page when a user is signed in"


def _find_shapes(bench: Bench, first: Shape) -> None:
    for shape in SHAPES:
        works = shape == first or _works(bench, Variation(shape))
        if works:
            bench.shapes.append(shape)


def _accepts_unsolicited(bench: Bench) -> bool:
    return _works(bench, Variation(bench.shapes[0]), flow="idp")


def _works(bench: Bench, variation: Variation, flow: str = "sp") -> bool:
    """Whether this login works, too. An SP that breaks off does not take it; that it logs in otherwise is known."""
    try:
        return bench.login(variation, flow=flow).sight.who == "subject"
    except (DriverError, NoRequest):
        return False


def _excerpt(text: str) -> str:
    """What a person would read on a page, shortened."""
    text = re.sub(r"(?s)<(script|style).*?</\1>", " ", text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()[: KEPT_BODY // 10] or "an empty page"
