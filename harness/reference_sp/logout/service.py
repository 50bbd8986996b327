"""Single logout: started here, or asked for by the IdP.

The local session always ends first, so that whatever becomes of the messages, nobody stays signed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from harness.difference import Difference
from harness.reference_sp import xml
from harness.reference_sp.audit import Caller
from harness.reference_sp.authn_request import choose_binding
from harness.reference_sp.careless import logout as careless
from harness.reference_sp.codes import difference
from harness.reference_sp.core import Core
from harness.reference_sp.idp import IdentityProvider
from harness.reference_sp.logout.checks import REQUEST_CHECKS, RESPONSE_CHECKS, LogoutExchange, Verifier
from harness.reference_sp.logout.incoming import Arrival, Incoming, inflate, read, verified
from harness.reference_sp.memory import AlreadyUsed, new_id
from harness.reference_sp.names import NAMEID_UNSPECIFIED, STATUS, SUCCESS, saml, samlp
from harness.reference_sp.need import need
from harness.reference_sp.outgoing import Outgoing, element, issuer, send
from harness.reference_sp.sessions import Session
from harness.reference_sp.store import ended_sessions, logouts
from harness.reference_sp.xml import Element

__all__ = ["Answer", "Arrival", "LogoutDone", "LogoutRefused", "Logouts"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The LogoutResponse that goes back to the IdP."""

    outgoing: Outgoing
    problem: Difference | None = None


@dataclass(frozen=True, slots=True)
class LogoutDone:
    """The IdP answered our LogoutRequest; with a problem the person is told that it is not over everywhere."""

    problem: Difference | None = None


@dataclass(frozen=True, slots=True)
class LogoutRefused:
    """The message had no effect."""

    problem: Difference


class Logouts:
    """Starts and receives logouts."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def available(self, session: Session) -> bool:
        """Whether that session can be ended at its IdP too."""
        idp = self._idp(session.org_id)
        return (
            session.method == "sso" and idp is not None and idp.entity_id == session.issuer and bool(idp.slo)
        )

    def start(self, session: Session, browser: str, caller: Caller | None = None) -> Outgoing | None:
        """End the session here, and ask the IdP to end its own; ``None`` when it cannot be asked."""
        core = self._core
        if not core.weak("keeps-session-until-answer"):
            core.sessions.end(session.id)
        possible = self.available(session)
        scope = "single logout" if possible else "local"
        core.audit.add(session.org_id, "logout", session.email_key, caller=caller, scope=scope)
        idp = self._idp(session.org_id)
        if not possible or idp is None:
            return None
        binding = choose_binding(idp.slo, core.settings.logout_binding)
        location = idp.slo[binding].location
        message = element(
            samlp("LogoutRequest"),
            ID=new_id(),
            Version="2.0",
            IssueInstant=xml.write_time(core.now()),
            Destination=location,
        )
        message.append(issuer(core.entity_id(session.org_id)))
        whole_name = {
            "NameQualifier": session.name_qualifier,
            "SPNameQualifier": session.sp_name_qualifier,
            "Format": session.name_id_format,
        }
        named = {} if core.weak("logout-with-bare-name") else whole_name
        message.append(element(saml("NameID"), session.name_id, **named))
        if session.session_index and not core.weak("logout-without-session-index"):
            message.append(element(samlp("SessionIndex"), session.session_index))
        row = {"id": message.get("ID"), "org_id": session.org_id, "browser": browser, "created": core.now()}
        with core.store.work() as work:
            work.execute(delete(logouts).where(logouts.c.created < core.now() - timedelta(hours=1)))
            work.execute(insert(logouts).values(row))
        key = None if core.weak("unsigned-logout-request") else core.keys.signing
        return send(message, "SAMLRequest", binding, location, "", key)

    def receive(
        self, org_id: str, arrival: Arrival, caller: Caller | None = None
    ) -> Answer | LogoutDone | LogoutRefused:
        """A LogoutRequest or LogoutResponse of the IdP."""
        core = self._core
        idp = self._idp(org_id)
        if idp is None or not idp.slo:
            return LogoutRefused(
                difference("slo_not_supported", expected="single logout", received="switched off")
            )
        if core.weak("ignores-saml-encoding"):
            arrival = careless.without_encoding(arrival)
        unpack = careless.inflate_all if core.weak("no-inflate-limit") else inflate
        incoming = read(arrival, core.settings, inflate=unpack)
        if isinstance(incoming, Difference):
            return LogoutRefused(incoming)
        is_request = incoming.root.tag == samlp("LogoutRequest")
        if is_request != (incoming.parameter == "SAMLRequest"):
            found = difference("slo_message", expected=f"a message that fits {incoming.parameter}")
            return LogoutRefused(found)
        exchange = self._exchange(org_id, idp, incoming, arrival.browser)
        if is_request:
            return self._requested(org_id, exchange, caller)
        return self._answered(exchange)

    def _idp(self, org_id: str) -> IdentityProvider | None:
        if not self._core.settings.single_logout:
            return None
        organization = self._core.organizations.find(org_id)
        return None if organization is None else self._core.organizations.idp(organization)

    def _exchange(
        self, org_id: str, idp: IdentityProvider, incoming: Incoming, browser: str
    ) -> LogoutExchange:
        core = self._core

        def is_started(request_id: str) -> bool:
            row = select(logouts.c.id).where(
                logouts.c.id == request_id, logouts.c.org_id == org_id, logouts.c.browser == browser
            )
            with core.store.work() as work:
                return work.execute(row).first() is not None

        return LogoutExchange(
            settings=core.settings,
            now=core.now(),
            idp=idp,
            slo_url=core.slo_url(org_id),
            incoming=incoming,
            root=incoming.root,
            was_used=core.memory.was_used,
            is_started=is_started,
            verify=self._verifier(),
        )

    def _verifier(self) -> Verifier:
        if self._core.weak("verifies-query-encoded-anew"):
            return careless.verified_anew
        return careless.verified_anywhere if self._core.weak("takes-any-signature-for-logout") else verified

    def _answered(self, exchange: LogoutExchange) -> LogoutDone | LogoutRefused:
        for check in RESPONSE_CHECKS:
            found = None if check in self._core.effects.left_out else check(exchange)
            if found is not None:
                return LogoutDone(found) if found.code == "slo_status" else LogoutRefused(found)
        with self._core.store.work() as work:
            work.execute(delete(logouts).where(logouts.c.id == exchange.root.get("InResponseTo")))
        return LogoutDone()

    def _requested(
        self, org_id: str, exchange: LogoutExchange, caller: Caller | None
    ) -> Answer | LogoutRefused:
        for check in REQUEST_CHECKS:
            found = None if check in self._core.effects.left_out else check(exchange)
            if found is not None:
                self._note(org_id, "", caller, found.code)
                return LogoutRefused(found)
        core, root = self._core, exchange.root
        try:
            with core.store.work():
                if not core.weak("no-logout-replay-check"):
                    until = self._usable_until(root)
                    core.memory.use(exchange.idp.entity_id, f"logout {root.get('ID')}", until)
                ended = self._end_sessions(org_id, exchange)
        except AlreadyUsed:
            return LogoutRefused(difference("slo_replayed", expected="a new message"))
        problem = None if ended else difference("slo_unknown_session", expected="a live session of that name")
        for session in ended:
            self._note(org_id, session.email_key, caller)
        if problem is not None:
            self._note(org_id, "", caller, problem.code)
        return Answer(self._answer(org_id, exchange, problem), problem)

    def _note(self, org_id: str, email: str, caller: Caller | None, error: str = "") -> None:
        scope = "asked by the identity provider"
        self._core.audit.add(org_id, "logout", email, caller=caller, error=error, scope=scope)

    def _usable_until(self, root: Element) -> datetime:
        until = root.get("NotOnOrAfter")
        end = (
            xml.read_time(until) if until else xml.read_time(root.get("IssueInstant")) + timedelta(minutes=5)
        )
        return end + timedelta(seconds=self._core.settings.clock_skew)

    def _end_sessions(self, org_id: str, exchange: LogoutExchange) -> list[Session]:
        """End the sessions of that name at that IdP: those with the given indexes, or all without any."""
        core, root = self._core, exchange.root
        named = root.find(saml("NameID"))
        name = _Name.of_element(named) if named is not None else None
        indexes = [xml.text_of(index) for index in root.findall(samlp("SessionIndex"))]
        ended = []
        for session in careless.sessions_in_reach(core, org_id):
            right_name = core.weak("ends-sessions-of-any-name") or _Name.of_session(session) == name
            right_idp = core.weak("ends-sessions-of-other-idps") or session.issuer == exchange.idp.entity_id
            if not right_idp or not right_name:
                continue
            if not indexes or session.session_index in indexes or core.weak("ignores-session-index"):
                core.sessions.end(session.id)
                ended.append(session)
        if name is not None:
            self._remember_end(exchange, name.value, indexes)
        return ended

    def _remember_end(self, exchange: LogoutExchange, name_id: str, indexes: list[str]) -> None:
        # An assertion of an ended session may still be under way; it must not open it again.
        until = self._usable_until(exchange.root)
        with self._core.store.work() as work:
            work.execute(delete(ended_sessions).where(ended_sessions.c.until < self._core.now()))
            for index in indexes:
                key = {"issuer": exchange.idp.entity_id, "name_id": name_id, "session_index": index}
                work.execute(delete(ended_sessions).filter_by(**key))
                work.execute(insert(ended_sessions).values(**key, until=until))

    def _answer(self, org_id: str, exchange: LogoutExchange, problem: Difference | None) -> Outgoing:
        core = self._core
        binding = choose_binding(
            exchange.idp.slo, "post" if "POST" in exchange.incoming.binding else "redirect"
        )
        endpoint = need(exchange.idp.slo.get(binding), "the IdP has a logout service")
        message = element(
            samlp("LogoutResponse"),
            ID=new_id(),
            InResponseTo=exchange.root.get("ID", ""),
            Version="2.0",
            IssueInstant=xml.write_time(core.now()),
            Destination=endpoint.answers,
        )
        message.append(issuer(core.entity_id(org_id)))
        status = element(samlp("Status"))
        code = element(samlp("StatusCode"), Value=SUCCESS if problem is None else f"{STATUS}Requester")
        if problem is not None:
            code.append(element(samlp("StatusCode"), Value=f"{STATUS}UnknownPrincipal"))
        status.append(code)
        message.append(status)
        relay_state = "" if core.weak("forgets-logout-relay-state") else exchange.incoming.relay_state or ""
        return send(message, "SAMLResponse", binding, endpoint.answers, relay_state, core.keys.signing)


@dataclass(frozen=True, slots=True)
class _Name:
    """A NameID as an identifier: value, format and qualifiers belong together."""

    value: str
    name_format: str
    qualifier: str
    sp_qualifier: str

    @classmethod
    def of_element(cls, found: Element) -> _Name:
        """The NameID of a message."""
        return cls(
            xml.text_of(found),
            found.get("Format") or NAMEID_UNSPECIFIED,
            found.get("NameQualifier", ""),
            found.get("SPNameQualifier", ""),
        )

    @classmethod
    def of_session(cls, session: Session) -> _Name:
        """The NameID that a session was opened with."""
        return cls(
            session.name_id,
            session.name_id_format or NAMEID_UNSPECIFIED,
            session.name_qualifier,
            session.sp_name_qualifier,
        )
