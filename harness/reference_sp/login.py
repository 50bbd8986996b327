"""A login from start to session: the AuthnRequest out, the answer in, the decision about the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from cryptography.x509 import Certificate

from harness.difference import Difference
from harness.reference_sp.admission import admit
from harness.reference_sp.attempts import Attempt, Outcome
from harness.reference_sp.audit import Caller
from harness.reference_sp.authn_request import authn_request
from harness.reference_sp.careless import login as careless
from harness.reference_sp.codes import difference, sp, user
from harness.reference_sp.core import Core
from harness.reference_sp.exchange import Exchange, Message, Subject
from harness.reference_sp.hints import shown
from harness.reference_sp.members import Member
from harness.reference_sp.memory import AlreadyUsed
from harness.reference_sp.metadata.entity_checks import not_expired
from harness.reference_sp.metadata_source import refresh_if_due
from harness.reference_sp.need import need
from harness.reference_sp.organizations import Organization
from harness.reference_sp.outgoing import Outgoing
from harness.reference_sp.pages import deep_link, local_page
from harness.reference_sp.verify import Judgement, judge

_MAY_BE_USED_AGAIN = (
    "no-replay-check",
    "checks-then-stores",
    "forgets-assertions-at-expiry",
    "forgets-assertions-after-minutes",
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The answer was accepted: a session may start, and the browser goes to ``page``."""

    member: Member
    subject: Subject
    page: str
    attempt: Attempt
    unsolicited: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer was not accepted. ``public`` is what the person may read; the rest is in the attempt."""

    public: Difference
    attempt: Attempt
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """A test login: no session, only what was found."""

    attempt: Attempt


class Logins:
    """Starts logins and receives their answers."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def unavailable(self, org_id: str, *, draft: bool = False) -> Difference | None:
        """Why nobody can sign in to that organization by SSO, if so."""
        organization = self._core.organizations.find(org_id)
        if organization is None:
            return difference("org_unknown", expected="an organization of this SP", received=shown(org_id))
        if not organization.plan_has_sso:
            advice = sp("Plan", "move the organization to one of these plans")
            expected = "Scholarship, Growth or Enterprise"
            return difference("cfg_plan", advice, expected=expected, received=organization.plan)
        if organization.saved_metadata or (draft and organization.shown_metadata):
            return self._expired(organization, draft=draft)
        if organization.draft_metadata:
            advice = sp("Save", "save the settings: an upload changes nothing before that")
            return difference("cfg_unsaved", advice, expected="saved settings", received="a draft")
        advice = sp("Upload Metadata XML", "upload the IdP's metadata and save")
        return difference("sso_off", advice, expected="saved IdP metadata", received="(none)")

    def _expired(self, organization: Organization, *, draft: bool) -> Difference | None:
        idp = self._core.organizations.idp(organization, draft=draft)
        if idp is None or idp.valid_until is None or idp.valid_until > self._core.now():
            return None
        if not_expired in self._core.effects.left_out:
            return None
        advice = sp("Upload Metadata XML", "upload current metadata")
        return difference(
            "md_expired", advice, expected="current metadata", received=f"{idp.valid_until:%F %T}Z"
        )

    def start(
        self, org_id: str, next_page: str, browser: str, *, test: bool = False
    ) -> Outgoing | Difference:
        """The AuthnRequest for a login that is to end at ``next_page``."""
        core = self._core
        refresh_if_due(core, org_id)
        refusal = self.unavailable(org_id, draft=test)
        if refusal is not None:
            return refusal
        idp = need(core.organizations.idp(core.organizations.get(org_id), draft=test), "unavailable() looked")
        values: dict[str, Any] = {
            "org_id": org_id,
            "idp": idp.entity_id,
            "browser": browser,
            "next_page": local_page(next_page, core.base_url) or core.settings.default_page,
            "test": test,
            "force_authn": core.settings.force_authn,
            "authn_context": core.settings.requested_authn_context,
        }
        request = core.memory.start_request(**values | careless.request_changes(core, next_page))
        entity_id, acs_url = careless.requester(core, org_id)
        deflate = careless.deflate_with_header if core.weak("compresses-with-header") else None
        return authn_request(
            request, idp, core.settings, core.keys, entity_id, acs_url, core.now(), deflate=deflate
        )

    def receive(
        self, org_id: str, message: Message, caller: Caller | None = None
    ) -> SignedIn | Refused | Tested:
        """Judge an answer. Nothing is taken or changed unless the whole of it is accepted."""
        core = self._core
        refresh_if_due(core, org_id)
        started = core.memory.find_by_relay_state(_relay_state(message))
        test = started is not None and started.test and started.org_id == org_id
        refusal = self.unavailable(org_id, draft=test)
        if refusal is not None:
            return self._refused(org_id, Judgement(None, (refusal,), (), refusal), None, caller)
        exchange = self._exchange(core.organizations.get(org_id), message, draft=test)
        judgement = judge(exchange, core.checks, collect_all=test)
        if core.weak("accepts-answers-at-any-organization") and judgement.subject is None:
            exchange, judgement = self._judged_elsewhere(exchange, judgement)
        if core.weak("refuses-unknown-relay-state") and started is None and _relay_state(message):
            found = difference("irt_unknown", expected="the RelayState of a login", received="another one")
            judgement = Judgement(None, (found,), (), found)
        if core.weak("fetches-addresses-in-messages"):
            careless.fetch_addresses(exchange.xml)
        if core.weak("remembers-unverified-messages") and judgement.subject is None:
            careless.squat(core, exchange)
        if test:
            return self._tested(org_id, exchange, judgement)
        if judgement.subject is None:
            return self._refused(org_id, judgement, exchange, caller)
        return self._let_in(core.organizations.get(org_id), exchange, judgement, judgement.subject, caller)

    def _exchange(self, organization: Organization, message: Message, *, draft: bool) -> Exchange:
        core = self._core
        idp = need(core.organizations.idp(organization, draft=draft), "unavailable() looked")
        settings, acs_url = core.settings, core.acs_url(organization.id)
        if settings.idp_initiated_acs_url:
            settings = replace(settings, allow_unsolicited=message.idp_initiated)
            acs_url = core.idp_initiated_acs_url(organization.id) if message.idp_initiated else acs_url
        exchange = Exchange(
            settings=settings,
            now=core.now(),
            org_id=organization.id,
            entity_id=core.entity_id(organization.id),
            acs_url=acs_url,
            idps=careless.providers(core, organization.id, idp),
            message=message,
            memory=core.memory,
            decryption_keys=careless.decryption_keys(core),
            foreign_certificates=self._foreign_certificates,
        )
        return core.effects.prepare(exchange)

    def _judged_elsewhere(self, exchange: Exchange, judgement: Judgement) -> tuple[Exchange, Judgement]:
        for organization in self._core.organizations.all():
            if organization.sso_on:
                other = self._exchange(organization, exchange.message, draft=False)
                found = judge(other, self._core.checks)
                if found.subject is not None:
                    return other, found
        return exchange, judgement

    def _foreign_certificates(self) -> list[Certificate]:
        providers = [self._core.organizations.idp(one) for one in self._core.organizations.all()]
        return [certificate for idp in providers if idp is not None for certificate in idp.certificates]

    def _let_in(
        self,
        organization: Organization,
        exchange: Exchange,
        judgement: Judgement,
        subject: Subject,
        caller: Caller | None,
    ) -> SignedIn | Refused:
        core = self._core
        if core.weak("checks-then-stores"):
            careless.wait_for_the_other_machine()
        try:
            # One unit of work: a refused person leaves no trace, and of two equal answers one comes first.
            with core.store.work():
                member = admit(core, organization, subject, caller)
                if isinstance(member, Difference):
                    return self._refused(organization.id, _also(judgement, member), exchange, caller)
                self._take(exchange, subject)
        except AlreadyUsed:
            found = difference(
                "replayed", user("Sign in with SSO", "start again"), expected="an unused answer"
            )
            return self._refused(organization.id, _also(judgement, found), exchange, caller)
        member = careless.account_elsewhere(core, member, subject)
        if core.weak("keeps-former-attributes"):
            subject = careless.with_former_attributes(core, member, subject)
        attempt = self._note(organization.id, "signed in", exchange, judgement)
        core.audit.add(
            organization.id,
            "login",
            member.email,
            target=member.email,
            caller=caller,
            method="sso",
            idp=subject.issuer,
        )
        page = self._landing_page(organization.id, exchange)
        return SignedIn(member, subject, page, attempt, unsolicited=exchange.request is None)

    def _take(self, exchange: Exchange, subject: Subject) -> None:
        """Use the assertion, and the login that it answers, up."""
        core, request = self._core, exchange.request
        until = subject.usable_until + timedelta(seconds=core.settings.clock_skew)
        if core.weak("remembers-response-ids"):
            core.memory.use("response", exchange.the_response.get("ID", ""), until)
        elif core.weak(*_MAY_BE_USED_AGAIN):
            core.memory.use_again(subject.issuer, subject.assertion_id, until)
        else:
            core.memory.use(subject.issuer, subject.assertion_id, until)
        if request is not None and not core.weak(
            "answers-a-request-twice", "no-replay-check", "checks-then-stores", "repeats-request-ids"
        ):
            core.memory.answer(request)

    def _landing_page(self, org_id: str, exchange: Exchange) -> str:
        core, relay_state = self._core, _relay_state(exchange.message)
        page = careless.landing_page(core, exchange, relay_state)
        if page is not None:
            return page
        if exchange.request is None:
            return deep_link(relay_state, core.base_url, org_id, core.settings.default_page)
        if relay_state == exchange.request.relay_state:
            return exchange.request.next_page
        return core.settings.default_page

    def _tested(self, org_id: str, exchange: Exchange, judgement: Judgement) -> Tested:
        request = exchange.request
        passed = judgement.subject is not None and request is not None and request.test
        if passed and request is not None:
            self._core.memory.answer(request)
            self._core.organizations.mark_tested(org_id)
        return Tested(self._note(org_id, "test passed" if passed else "test failed", exchange, judgement))

    def _refused(
        self, org_id: str, judgement: Judgement, exchange: Exchange | None, caller: Caller | None
    ) -> Refused:
        public = need(judgement.public, "it was refused for a reason")
        attempt = self._note(org_id, "refused", exchange, judgement)
        email = exchange.email if exchange is not None and judgement.subject is not None else ""
        self._core.audit.add(
            org_id,
            "login",
            email,
            caller=caller,
            method="sso",
            error=attempt.code,
            reference=attempt.reference,
        )
        return Refused(public, attempt, exchange)

    def _note(
        self, org_id: str, outcome: Outcome, exchange: Exchange | None, judgement: Judgement
    ) -> Attempt:
        public = judgement.public.code if judgement.public is not None else ""
        common = {
            "differences": judgement.differences,
            "warnings": judgement.warnings,
            "public_code": public,
        }
        if exchange is None:
            return self._core.attempts.add(org_id=org_id, outcome=outcome, **common)
        # Names and attributes go into the log only when they were signed.
        signed = judgement.subject is not None or exchange.response_verified or exchange.assertion_verified
        return self._core.attempts.add(
            org_id=org_id,
            outcome=outcome,
            flow="IdP-initiated" if exchange.request is None else "SP-initiated",
            email=exchange.email if signed else "",
            email_source=exchange.email_source if signed else "",
            name_id=exchange.name_id if signed else "",
            name_id_format=exchange.name_id_format if signed else "",
            attributes=exchange.attributes if signed else {},
            **common,
        )


def _relay_state(message: Message) -> str:
    return next((value for name, value in message.form if name == "RelayState"), "")


def _also(judgement: Judgement, found: Difference) -> Judgement:
    return Judgement(judgement.subject, (*judgement.differences, found), judgement.warnings, found)
