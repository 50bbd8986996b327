"""Weaknesses of requests, accounts, sessions, redirects, error pages, logout and metadata."""

from __future__ import annotations

from harness.reference_sp.careless.document import parse_metadata_with_dtd
from harness.reference_sp.logout import checks as logout
from harness.reference_sp.metadata import entity_checks, file_checks, signed
from harness.reference_sp.metadata.upload import certificates_of_any_use
from harness.reference_sp.weaknesses.model import Weakness, weakness

REQUESTS: tuple[Weakness, ...] = (
    weakness("counts-request-ids", "Numbers its requests instead of drawing their IDs.", "req-id-entropy"),
    weakness("repeats-request-ids", "Uses the same request ID for every login.", "req-id-unique"),
    weakness("asks-as-another-sp", "Names another SP as the Issuer of its requests.", "req-issuer-entityid"),
    weakness(
        "asks-for-another-acs",
        "Asks for the answer at an address that its metadata does not list.",
        "req-acs-matches-metadata",
    ),
    weakness(
        "compresses-with-header",
        "Puts a zlib header before the DEFLATE data of its requests.",
        "req-redirect-encoding-deflate",
    ),
    weakness(
        "asks-for-a-name-format",
        "Asks for persistent names, always.",
        "req-nameidpolicy",
        settings={"name_id_policy": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"},
    ),
    weakness(
        "relay-state-is-the-page",
        "Puts the page that was asked for into RelayState.",
        "req-relaystate-80-bytes",
        "req-relaystate-opaque",
    ),
    weakness(
        "writes-forms-unescaped",
        "Puts what was asked for into RelayState, and writes it into the page of its request as it came.",
        "req-form-escaping",
    ),
    weakness("trusts-host-header", "Builds its addresses from the Host header.", "req-host-header-ignored"),
    weakness(
        "lets-pages-be-cached",
        "Lets browsers and proxies keep SAML messages.",
        "req-cache-headers",
        "acs-response-caching",
    ),
)

ACCOUNTS: tuple[Weakness, ...] = (
    weakness("no-domain-check", "Lets an IdP speak for people of any email domain.", "idp-domain-claim"),
    weakness(
        "lets-anybody-in",
        "Makes accounts although JIT provisioning is off, and opens removed ones again.",
        "err-unknown-user",
    ),
    weakness(
        "folds-lookalike-names",
        "Looks accounts up without regard to accents and kinds of letters.",
        "nameid-lookalike-accounts",
    ),
    weakness(
        "links-by-email-alone",
        "Lets a NameID that it has never seen into the account with the same email address.",
        "nameid-lookalike-accounts",
    ),
    weakness(
        "lets-email-change-unnoticed",
        "Lets a NameID that comes with another email address into the account of that address.",
        "nameid-lookalike-accounts",
    ),
    weakness(
        "shares-accounts-across-organizations",
        "Opens the account with that address in whatever organization it is.",
        "idp-subject-collision",
    ),
    weakness(
        "accepts-answers-at-any-organization",
        "Accepts an answer for one organization at the address of another.",
        "idp-tenant-acs",
    ),
)

SESSIONS: tuple[Weakness, ...] = (
    weakness("keeps-session-id", "Keeps the session cookie that the browser came with.", "sess-fixation"),
    weakness(
        "insecure-session-cookie", "Sets the session cookie without Secure and HttpOnly.", "sess-cookie-flags"
    ),
    weakness(
        "session-ends-with-assertion",
        "Ends the session when the assertion's time is over.",
        "sess-outlives-assertion",
    ),
    weakness(
        "session-before-verdict",
        "Signs the person in before the last check has passed.",
        "sess-reject-leaves-nothing",
        "conditions-not-on-or-after",
        "audience-mismatch",
    ),
    weakness(
        "keeps-first-session", "Keeps the session of the person who was signed in before.", "sess-second-user"
    ),
    weakness(
        "switches-accounts-silently",
        "Lets an answer that nobody asked for replace the session of another person.",
        "unsolicited-login-csrf",
    ),
    weakness(
        "state-cookie-is-lax",
        "Marks the browser with a cookie that does not come along with the answer.",
        "acs-cross-site-post",
    ),
)

REDIRECTS: tuple[Weakness, ...] = (
    weakness(
        "open-redirect",
        "Follows RelayState to wherever it points.",
        "relaystate-open-redirect",
        "relaystate-dangerous-scheme",
    ),
    weakness(
        "follows-unsolicited-relay-state",
        "Follows the RelayState of unsolicited answers to every page of its own.",
        "unsolicited-relaystate-allowlist",
    ),
    weakness("loses-deep-link", "Forgets the page that was asked for.", "relaystate-deep-link"),
    weakness(
        "refuses-unknown-relay-state",
        "Refuses an answer whose RelayState it does not know.",
        "relaystate-lost",
    ),
    weakness(
        "reflects-relay-state", "Writes RelayState into the error page as it came.", "relaystate-reflection"
    ),
)

ERRORS: tuple[Weakness, ...] = (
    weakness(
        "shows-internals",
        "Shows a stack trace and the decoded message on the error page.",
        "err-no-internals",
    ),
    weakness(
        "shows-status-message",
        "Writes the StatusMessage into the error page as it came.",
        "err-status-message-escaped",
    ),
    weakness(
        "writes-attributes-unescaped",
        "Writes names and attributes into its pages as they came.",
        "attr-output-encoding",
    ),
    weakness(
        "retries-after-failure", "Starts the next login by itself when one failed.", "err-no-retry-loop"
    ),
    weakness("crashes-on-refusal", "Answers a refused login with a bare server error.", "err-graceful"),
    weakness(
        "fetches-addresses-in-messages",
        "Fetches whatever addresses stand in a message.",
        "sig-reference-external",
        "sig-retrieval-method",
        "xml-external-entity",
        "xml-remote-schema",
        "sig-transform-xslt",
        "enc-cipher-reference",
    ),
)

LOGOUT: tuple[Weakness, ...] = (
    weakness("unsigned-logout-request", "Does not sign its logout requests.", "slo-request-signed"),
    weakness(
        "logout-without-session-index",
        "Leaves the SessionIndex out of its logout requests.",
        "slo-request-content",
    ),
    weakness(
        "logout-with-bare-name",
        "Leaves Format and qualifiers of the NameID out of its logout requests.",
        "slo-request-nameid-exact",
    ),
    weakness(
        "keeps-session-until-answer",
        "Keeps the local session until the IdP has answered the logout.",
        "slo-local-session-ended",
    ),
    weakness(
        "no-logout-signature-check",
        "Does not verify the signature of logout messages.",
        "slo-inbound-unauthenticated",
        "redirect-relaystate-covered",
        "redirect-signature-missing-parts",
        leaves_out=(logout.signature_holds,),
    ),
    weakness(
        "takes-any-signature-for-logout",
        "Takes a logout message for signed when anything in it is signed.",
        "slo-inbound-wrapped",
    ),
    weakness(
        "logout-answer-ends-sessions",
        "Ends the session when any logout answer comes.",
        "slo-response-authenticated",
    ),
    weakness(
        "no-logout-destination-check",
        "Does not look at the Destination of logout messages.",
        "slo-inbound-destination",
        leaves_out=(logout.right_destination,),
    ),
    weakness(
        "no-logout-time-check",
        "Accepts old logout messages.",
        "slo-inbound-expired",
        leaves_out=(logout.fresh,),
    ),
    weakness(
        "no-logout-replay-check",
        "Accepts a logout message again.",
        "slo-inbound-replayed",
        leaves_out=(logout.not_used_before,),
    ),
    weakness(
        "no-logout-correlation",
        "Accepts logout answers to requests that it never sent.",
        "slo-response-correlation",
        leaves_out=(logout.answers_a_request,),
    ),
    weakness(
        "ends-sessions-of-any-name",
        "Ends sessions whatever name the logout request gives.",
        "slo-inbound-nameid-mismatch",
    ),
    weakness(
        "ends-sessions-of-other-idps",
        "Lets an identity provider end sessions that another one has opened.",
        "slo-inbound-other-idp",
    ),
    weakness(
        "ignores-session-index",
        "Ends all sessions of a person whatever index the logout request gives.",
        "slo-inbound-session-index",
    ),
    weakness(
        "crashes-on-failed-logout",
        "Answers a logout that cannot be done, or is not done everywhere, with a bare server error.",
        "slo-response-status",
        "slo-inbound-error-answer",
    ),
    weakness(
        "forgets-logout-relay-state",
        "Leaves the RelayState of a logout request out of its answer.",
        "slo-relaystate-echo",
    ),
    weakness(
        "ignores-saml-encoding",
        "Inflates a message whatever encoding its query names.",
        "redirect-unknown-encoding",
    ),
    weakness(
        "verifies-query-encoded-anew",
        "Verifies Redirect signatures over its own encoding of the query.",
        "redirect-original-encoding",
    ),
    weakness("no-inflate-limit", "Inflates messages to any size.", "redirect-inflate-bomb"),
)

METADATA: tuple[Weakness, ...] = (
    weakness(
        "allows-dtd-in-metadata",
        "Reads a DTD in metadata and resolves its entities.",
        "md-xxe",
        metadata_tools={"parse": parse_metadata_with_dtd},
    ),
    weakness(
        "no-metadata-size-limit",
        "Reads metadata of any size.",
        "md-xxe",
        leaves_out=(file_checks.not_too_large,),
        settings={"metadata_max_bytes": 1 << 30},
    ),
    weakness(
        "accepts-any-endpoint-scheme",
        "Accepts endpoints with script addresses.",
        "md-endpoint-scheme",
        leaves_out=(entity_checks.web_locations,),
    ),
    weakness(
        "ignores-metadata-expiry",
        "Uses expired metadata.",
        "md-valid-until-past",
        "md-nested-validity",
        leaves_out=(entity_checks.not_expired,),
    ),
    weakness(
        "ignores-metadata-signature",
        "Does not verify the signature of metadata.",
        "md-signature-bad",
        leaves_out=(signed.signature_holds,),
    ),
    weakness(
        "first-signing-key-only",
        "Trusts the first signing key of the metadata only.",
        "md-multiple-signing-keys",
        "md-key-rollover",
        settings={"signing_keys": "first"},
    ),
    weakness(
        "trusts-encryption-keys",
        "Verifies signatures with keys that are for encryption only.",
        "md-encryption-key-not-signing",
        metadata_tools={"signing_certificates": certificates_of_any_use},
    ),
    weakness(
        "keeps-removed-keys",
        "Goes on trusting keys that the metadata does not list any more.",
        "md-key-rollover",
    ),
    weakness(
        "refuses-expired-certificates",
        "Refuses keys whose certificate is outside its dates.",
        "md-expired-certificate",
        settings={"expired_certificate": "reject"},
    ),
    weakness(
        "fetches-metadata-from-anywhere", "Fetches metadata from any host that an admin names.", "md-ssrf"
    ),
    weakness(
        "follows-metadata-redirects",
        "Follows redirects when it fetches metadata, to whatever host.",
        "md-ssrf",
    ),
    weakness(
        "ignores-metadata-status",
        "Takes the body of an error page for metadata if it looks like some.",
        "md-refresh-failure",
    ),
    weakness(
        "empties-metadata-on-failed-refresh",
        "Throws the metadata away when fetching it again yields nothing of use.",
        "md-refresh-failure",
    ),
    weakness(
        "takes-metadata-of-another-idp",
        "Takes whatever IdP stands at the metadata's address for the one that was set up.",
        "md-wrong-entityid",
    ),
)
