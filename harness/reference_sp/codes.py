"""Every code with the sentence that an end user reads. Codes are stable: drivers and tests compare them.

The sentence holds no value from the message; the values are in the difference's ``expected`` and ``received``.
"""

from __future__ import annotations

from harness.difference import Difference, Fix

IMPORT = {
    "md_empty": "The file is empty.",
    "md_too_large": "The file is too large to be identity provider metadata.",
    "md_html": "This is a web page, not metadata. Open the metadata link and save the page as XML.",
    "md_not_xml": "This file is not XML.",
    "md_dtd": "The file contains a document type definition, which is not allowed in metadata.",
    "md_encoding": "The file's character encoding cannot be read. Save it as UTF-8.",
    "md_non_ascii": "The file contains characters outside ASCII, which are not accepted here.",
    "md_is_certificate": "This is a certificate, not metadata.",
    "md_is_saml_message": "This is a SAML message from a login, not metadata.",
    "md_not_metadata": "This XML file is not SAML metadata.",
    "md_is_sp_metadata": "This is the metadata of a service provider, not of an identity provider.",
    "md_is_own_metadata": "This is our own metadata. Upload the metadata of your identity provider.",
    "md_many_entities": "The file describes several entities. Choose one of them.",
    "md_no_entity_id": "The metadata has no entityID.",
    "md_no_sso": "The metadata describes no SAML 2.0 single sign-on service.",
    "md_no_usable_binding": "The identity provider offers single sign-on by neither HTTP-Redirect nor HTTP-POST.",
    "md_bad_location": "An address in the metadata is no http or https URL.",
    "md_http_sso": "The identity provider's sign-on address is not protected by https.",
    "md_no_signing_cert": "The metadata has no signing certificate.",
    "md_bad_cert": "A signing certificate in the metadata cannot be used.",
    "md_cert_expired": "The signing certificate in the metadata has expired.",
    "md_cert_not_yet_valid": "The signing certificate in the metadata is not valid yet.",
    "md_expired": "The metadata has expired.",
    "md_url_refused": "Metadata is not fetched from this address.",
    "md_url_fetch": "The metadata could not be fetched from its address.",
    "md_other_idp": "The metadata is that of another identity provider than before.",
    "md_bad_signature": "The metadata was changed after it was signed, or signed by an unknown key.",
}

CONFIGURATION = {
    "cfg_not_admin": "Only an organization admin may open these settings.",
    "cfg_plan": "Single sign-on is part of the Scholarship, Growth and Enterprise plans.",
    "cfg_unsaved": "Single sign-on is not on yet: the settings were changed but not saved.",
    "cfg_incomplete": "Single sign-on cannot be required before identity provider metadata has been uploaded.",
    "cfg_test_required": "Test the sign-on with these settings before you save them.",
    "cfg_lockout_guard": "Sign in through single sign-on once before you require it, or you may lock yourself out.",
    "cfg_import": "This file holds no settings that were exported here.",
    "cfg_remove_while_on": "Switch off Require SSO before you remove the configuration.",
}

RESPONSE = {
    "resp_missing": "The page that brought you here sent no sign-on answer.",
    "resp_wrong_method": "The sign-on answer came the wrong way.",
    "resp_parameters": "The sign-on answer came more than once.",
    "resp_too_large": "The sign-on answer is too large.",
    "resp_base64": "The sign-on answer is damaged.",
    "resp_encoding": "The sign-on answer is not written in UTF-8.",
    "resp_not_xml": "The sign-on answer cannot be read.",
    "resp_dtd": "The sign-on answer contains a document type definition, which is not allowed.",
    "resp_schema": "The sign-on answer is not built as SAML demands.",
    "resp_version": "The sign-on answer has an unsupported SAML version.",
    "resp_status": "Your identity provider did not sign you in.",
    "resp_no_assertion": "The sign-on answer does not say who you are.",
    "resp_many_assertions": "The sign-on answer makes more than one statement about who you are.",
    "sig_none": "The sign-on answer is not signed.",
    "sig_response_required": "The sign-on answer as a whole is not signed.",
    "sig_assertion_required": "The statement about who you are is not signed.",
    "sig_malformed": "The signature of the sign-on answer is not built as SAML demands.",
    "sig_untrusted_key": "The sign-on answer was signed with a key that your organization does not trust.",
    "sig_digest": "The sign-on answer was changed after it was signed.",
    "sig_algorithm": "The sign-on answer is signed with a method that is not accepted.",
    "sig_reference": "The signature covers something else than the statement about who you are.",
    "cert_expired": "The certificate of your identity provider has expired.",
    "iss_mismatch": "The sign-on answer comes from another identity provider than your organization uses.",
    "aud_missing": "The sign-on answer does not say which application it is for.",
    "aud_mismatch": "The sign-on answer is meant for another application.",
    "dest_missing": "The sign-on answer does not say which address it was sent to.",
    "dest_mismatch": "The sign-on answer was sent to a different address than this application's.",
    "rcpt_missing": "The sign-on answer does not name its recipient.",
    "rcpt_mismatch": "The sign-on answer names another recipient than this application.",
    "sc_missing": "The sign-on answer lacks the confirmation that makes it usable here.",
    "irt_missing": "The sign-on answer does not belong to a login that was started here.",
    "irt_unknown": "The sign-on answer does not belong to a login that was started in this browser.",
    "irt_mismatch": "The sign-on answer belongs to two different logins.",
    "replayed": "This sign-on answer has been used before. Start again.",
    "time_early": "The sign-on answer is not valid yet.",
    "time_expired": "The sign-on answer is no longer valid. Start again.",
    "time_invalid": "The sign-on answer gives impossible times.",
    "time_too_long": "The sign-on answer would be valid for too long.",
    "issue_delay": "The sign-on answer was not made just now.",
    "cond_unknown": "The sign-on answer sets a condition that this application does not know.",
    "sess_expired": "Your session at the identity provider has already ended.",
    "authn_missing": "The sign-on answer does not say that you signed in.",
    "authn_context": "You signed in another way than this application asked for.",
    "authn_too_old": "Your sign-in at the identity provider is not fresh enough, or lies in the future.",
    "enc_required": "The statement about who you are is not encrypted.",
    "enc_failed": "The encrypted part of the sign-on answer cannot be used.",
    "nameid_missing": "The sign-on answer does not name you.",
    "nameid_format": "The sign-on answer names you in a form that is not accepted.",
    "spnq_mismatch": "The sign-on answer names you for another application.",
    "attr_none": "The sign-on answer carries no attributes.",
    "attr_empty": "The sign-on answer has an empty list of attributes.",
    "attr_duplicate": "The sign-on answer gives the same attribute twice.",
    "email_missing": "The sign-on answer holds no email address.",
    "email_invalid": "The sign-on answer names you, but not by a valid email address.",
}

ACCESS = {
    "org_unknown": "There is no such organization.",
    "sso_off": "Single sign-on is not switched on for this organization.",
    "user_unknown": "You have no account here. Ask an admin of your organization for an invitation.",
    "user_pending": "You were invited but have not accepted the invitation yet.",
    "user_disabled": "Your account here was removed.",
    "identity_conflict": "The account with your email address belongs to another identity.",
    "email_changed": "Your email address is not the one that your account here has.",
    "domain_refused": "Your email domain does not belong to this organization.",
    "sso_required": "Your organization requires single sign-on. Use Sign in with SSO.",
    "bad_password": "The email or the password is wrong.",
}

LOGOUT = {
    "slo_unsigned": "The sign-out message is not signed, or its signature is not valid.",
    "slo_unknown_session": "There is no such session.",
    "slo_issuer": "The sign-out message comes from another identity provider.",
    "slo_not_supported": "Single logout is not switched on.",
    "slo_message": "The sign-out message cannot be used.",
    "slo_destination": "The sign-out message was sent to a different address than this application's.",
    "slo_expired": "The sign-out message is too old.",
    "slo_replayed": "The sign-out message has been used before.",
    "slo_correlation": "The sign-out answer does not belong to a sign-out that was started here.",
    "slo_status": "Your identity provider could not sign you out everywhere.",
}

SENTENCES: dict[str, str] = {**IMPORT, **CONFIGURATION, **RESPONSE, **ACCESS, **LOGOUT}


def difference(
    code: str,
    *fixes: Fix,
    expected: str = "",
    received: str = "",
    hint: str = "",
) -> Difference:
    """The difference with that code and its sentence."""
    return Difference(code, SENTENCES[code], expected=expected, received=received, fixes=fixes, hint=hint)


def okta(field: str, advice: str = "") -> Fix:
    """Something to change in Okta's admin console; ``field`` is the label there."""
    return Fix("okta", field, advice)


def sp(field: str, advice: str = "") -> Fix:
    """Something to change in the SP's settings; ``field`` is the label there."""
    return Fix("sp", field, advice)


def user(field: str, advice: str = "") -> Fix:
    """Something that the person signing in can do."""
    return Fix("user", field, advice)
