"""Weaknesses of documents, signatures, wrapping and encryption."""

from __future__ import annotations

from harness.reference_sp import xml
from harness.reference_sp.careless import document as careless
from harness.reference_sp.careless import padding, trust
from harness.reference_sp.checks import document, signatures, transport
from harness.reference_sp.metadata import entity_checks
from harness.reference_sp.settings import STRONG_DIGESTS, STRONG_SIGNATURES
from harness.reference_sp.signature import structure
from harness.reference_sp.weaknesses.model import Weakness, weakness

_SEARCHED = {
    signatures.response_signature: careless.any_signature_in_the_document,
    signatures.assertion_signature: careless.nothing,
    document.known_issuer: careless.some_issuer,
}
_SEARCHING = (
    document.is_a_response,
    document.saml_2_0,
    document.follows_the_schema,
    document.no_hidden_assertion,
    document.one_assertion,
    signatures.ids_are_unique,
)
"""What has to be missing too before a search for the assertion can find a wrong one."""

DOCUMENTS: tuple[Weakness, ...] = (
    weakness(
        "accepts-redirect-at-acs",
        "Takes sign-on answers from the query string as well.",
        "acs-redirect-binding-refused",
        leaves_out=(transport.came_by_post, transport.one_message),
    ),
    weakness(
        "reads-last-parameter",
        "Verifies the first SAMLResponse of a form and reads the last.",
        "acs-parameter-confusion",
        leaves_out=(transport.one_message,),
        replaces={
            transport.is_base64: careless.first_value_is_base64,
            signatures.assertion_signature: careless.last_parameter,
        },
    ),
    weakness(
        "no-size-limit", "Reads messages of any size.", "xml-size", settings={"message_max_bytes": 1 << 30}
    ),
    weakness(
        "allows-dtd",
        "Reads a DTD and resolves its entities, from files too.",
        "xml-doctype",
        "xml-external-entity",
        tools={"parse": careless.parse_with_dtd},
    ),
    weakness(
        "reads-values-up-to-comment",
        "Reads a value up to the first comment in it.",
        "xml-comment-in-value",
        replaces={signatures.assertion_signature: careless.original_element},
        tools={"text": xml.first_text_node},
    ),
    weakness(
        "reads-values-up-to-instruction",
        "Reads a value up to the first processing instruction in it.",
        "xml-pi-in-value",
        leaves_out=(document.no_instructions,),
        tools={"text": xml.first_text_node},
    ),
    weakness(
        "no-version-check",
        "Takes any SAML version.",
        "resp-version",
        "assertion-version",
        leaves_out=(document.saml_2_0,),
    ),
    weakness(
        "no-schema-check",
        "Does not look at the structure of the message.",
        "xml-schema-order",
        "resp-id-missing",
        leaves_out=(document.follows_the_schema, document.no_hidden_assertion),
    ),
    weakness(
        "no-status-check",
        "Does not look at the status.",
        "resp-status-error-with-assertion",
        "resp-status-nested-success",
        "resp-status-missing",
        leaves_out=(document.succeeded,),
    ),
    weakness(
        "mixes-assertions",
        "Of several assertions takes the person of one that verifies and the attributes of all.",
        "resp-assertions-one-invalid",
        leaves_out=(document.one_assertion, signatures.ids_are_unique),
        replaces={
            document.known_issuer: careless.some_issuer,
            signatures.assertion_signature: careless.first_signed_of_many,
        },
    ),
    weakness(
        "reads-attributes-beside-assertion",
        "Takes attributes from the whole response, not from the verified assertion alone.",
        "sess-data-from-signed",
        leaves_out=(document.follows_the_schema,),
        replaces={signatures.assertion_signature: careless.attributes_beside_the_assertion},
    ),
    weakness(
        "no-issuer-check",
        "Does not look at the Issuer.",
        "resp-issuer-wrong",
        "assertion-issuer-wrong",
        "assertion-issuer-missing",
        replaces={
            document.known_issuer: careless.some_issuer,
            signatures.response_signature: careless.response_signature_of_anyone,
            signatures.assertion_signature: careless.assertion_signature_of_anyone,
        },
    ),
    weakness(
        "similar-issuer-is-enough",
        "Compares the Issuer without regard to case, blanks and slashes.",
        "issuer-exact-compare",
        replaces={
            document.known_issuer: careless.similar_issuer,
            signatures.response_signature: careless.response_signature_of_anyone,
            signatures.assertion_signature: careless.assertion_signature_of_anyone,
        },
    ),
    weakness(
        "accepts-any-issuer-format",
        "Does not look at the Format of an Issuer.",
        "issuer-format-not-entity",
        replaces={
            document.known_issuer: careless.any_issuer_format,
            signatures.assertion_signature: careless.assertion_signature_of_anyone,
        },
    ),
)

SIGNATURES: tuple[Weakness, ...] = (
    weakness(
        "no-signature-check",
        "Does not verify signatures.",
        "sig-none",
        "sig-tampered",
        "sig-untrusted-key",
        replaces={
            signatures.response_signature: careless.nothing,
            signatures.assertion_signature: careless.nothing,
        },
    ),
    weakness(
        "signature-not-needed",
        "Verifies a signature when there is one, and does without when there is none.",
        "sig-none",
        replaces={signatures.assertion_signature: careless.signature_not_needed},
    ),
    weakness(
        "ignores-response-signature",
        "Does not verify the response's signature when the assertion has one.",
        "sig-one-of-two-broken",
        replaces={signatures.response_signature: careless.only_assertion_signature},
    ),
    weakness(
        "ignores-assertion-signature",
        "Does not verify the assertion's signature when the response has one.",
        "sig-one-of-two-broken",
        replaces={signatures.assertion_signature: careless.only_response_signature},
    ),
    weakness(
        "trusts-key-in-message",
        "Verifies with the certificate that travels in KeyInfo.",
        "sig-untrusted-key",
        "sig-lookalike-certificate",
        tools={"keys": trust.key_in_the_message},
    ),
    weakness(
        "trusts-lookalike-certificate",
        "Takes a certificate for the IdP's when subject, issuer and serial number are the same.",
        "sig-lookalike-certificate",
        tools={"keys": trust.lookalike_certificate},
    ),
    weakness(
        "trusts-keys-of-other-organizations",
        "Has one store of trusted keys for the identity providers of all organizations.",
        "idp-key-of-other-idp",
        tools={"keys": trust.keys_of_every_organization},
    ),
    weakness(
        "trusts-removed-idps",
        "Goes on taking answers of an identity provider in whose place another one was set.",
        "idp-removed",
    ),
    weakness(
        "accepts-duplicate-ids",
        "Takes the first element with an ID for the one that is meant.",
        "wrap-duplicate-id",
        leaves_out=(
            *_SEARCHING,
            structure.reference_to_parent,
            structure.one_signature,
        ),
        replaces=_SEARCHED | {signatures.found_assertion: careless.last_assertion_in_the_document},
    ),
    weakness(
        "ignores-signature-position",
        "Looks for a signature anywhere inside the element.",
        "sig-position",
        leaves_out=(structure.one_signature, document.follows_the_schema),
    ),
    weakness(
        "reads-any-signed-info",
        "Verifies one SignedInfo and reads the digest of another.",
        "sig-signedinfo-duplicate",
        leaves_out=(structure.one_signed_info,),
    ),
    weakness(
        "accepts-objects-in-signature",
        "Accepts a ds:Object in a signature.",
        "sig-object-child",
        leaves_out=(structure.no_object,),
    ),
    weakness(
        "reads-digest-up-to-comment",
        "Reads DigestValue and SignatureValue up to a comment, or the comment itself.",
        "sig-digestvalue-comment",
        leaves_out=(structure.no_foreign_nodes,),
    ),
    weakness(
        "accepts-sha1",
        "Accepts signatures with SHA-1.",
        "sig-rsa-sha1",
        settings={
            "signature_algorithms": (*STRONG_SIGNATURES, "rsa-sha1"),
            "digest_algorithms": (*STRONG_DIGESTS, "sha1"),
        },
    ),
    weakness(
        "accepts-any-algorithm",
        "Lets the message choose the algorithm: MD5, HMAC with the public key as secret, or an unknown one.",
        "sig-md5",
        "sig-hmac-confusion",
        "sig-hmac-truncated",
        "sig-alg-unknown",
        leaves_out=(structure.strong_algorithms, structure.no_foreign_nodes),
    ),
    weakness(
        "accepts-several-references",
        "Is content when one Reference holds, or when there is none.",
        "sig-reference-count",
        leaves_out=(structure.one_reference, structure.reference_to_parent),
    ),
    weakness(
        "accepts-any-reference",
        "Verifies whatever the Reference points to, then reads the element that holds the signature.",
        "sig-reference-other-element",
        "sig-reference-empty-uri",
        "sig-reference-odd-forms",
        "sig-manifest",
        leaves_out=(
            structure.reference_to_parent,
            structure.no_object,
            structure.saml_transforms,
            document.no_hidden_assertion,
        ),
    ),
    weakness(
        "accepts-any-transform",
        "Carries out whatever transforms the message asks for.",
        "sig-transform-excludes-content",
        "sig-transform-unknown",
        leaves_out=(structure.saml_transforms,),
    ),
    weakness(
        "takes-errors-for-empty-content",
        "Takes a failed canonicalization for an empty result.",
        "sig-void-canonicalisation",
        leaves_out=(structure.absolute_namespaces,),
    ),
    weakness(
        "accepts-weak-keys",
        "Takes keys of any length from metadata.",
        "sig-weak-key",
        leaves_out=(entity_checks.strong_keys,),
    ),
    weakness(
        "reads-padding-loosely",
        "Does not look at what stands behind the digest in a signature.",
        "sig-pkcs1-padding",
        tools={"verify": padding.verify_loosely},
    ),
    weakness(
        "follows-key-hints",
        "Accepts hints in KeyInfo about where to get the key from.",
        "sig-retrieval-method",
        leaves_out=(structure.plain_key_info,),
    ),
    weakness(
        "reads-first-assertion",
        "Verifies some signature in the document, then reads the first assertion that a search finds.",
        "wrap-response-clone",
        "wrap-assertion-sibling",
        "wrap-signature-moved",
        "wrap-container",
        leaves_out=_SEARCHING,
        replaces=_SEARCHED | {signatures.found_assertion: careless.first_assertion_in_the_document},
    ),
    weakness(
        "reads-last-assertion",
        "Verifies some signature in the document, then reads the last assertion that a search finds.",
        "wrap-assertion-sibling",
        "wrap-container",
        leaves_out=_SEARCHING,
        replaces=_SEARCHED | {signatures.found_assertion: careless.last_assertion_in_the_document},
    ),
    weakness(
        "accepts-other-signed-document",
        "Takes the signature of any document of the IdP inside the message for the message's own.",
        "wrap-other-signed-document",
        leaves_out=_SEARCHING,
        replaces=_SEARCHED | {signatures.found_assertion: careless.first_assertion_in_the_document},
    ),
)

ENCRYPTION: tuple[Weakness, ...] = (
    weakness(
        "encryption-counts-as-signature",
        "Takes whoever could encrypt for the SP for the IdP.",
        "enc-unsigned-forgery",
        replaces={signatures.assertion_signature: careless.encryption_counts_as_signature},
    ),
    weakness(
        "tells-decryption-failures-apart",
        "Says to everybody at which step decryption failed.",
        "enc-cbc-oracle",
        replaces={signatures.found_assertion: careless.decryption_told_apart},
    ),
    weakness(
        "forgets-former-key",
        "Decrypts with its present key alone, although it publishes the former one too.",
        "enc-two-decryption-keys",
    ),
    weakness(
        "accepts-rsa-15",
        "Accepts RSA 1.5 key transport.",
        "enc-rsa15-oracle",
        settings={"allow_rsa_15": True},
    ),
    weakness(
        "takes-encrypted-beside-plain",
        "Of a plain and an encrypted assertion reads the encrypted one, and verifies the other.",
        "enc-mixed-plain-encrypted",
        "wrap-encrypted",
        leaves_out=(document.one_assertion,),
        replaces={signatures.assertion_signature: careless.encrypted_beside_plain},
    ),
)
