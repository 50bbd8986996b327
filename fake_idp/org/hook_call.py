"""Calling an assertion inline hook, and what happens when the call goes wrong.

As Okta documents it ("Inline hooks: time out and retry"): three seconds, one more try after a timeout or a 5xx,
redirects are not followed, and whatever fails, the original assertion goes out and the System Log has a failed
``inline_hook.executed``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fake_idp.org.errors import InvalidValue
from fake_idp.org.hook_payload import BadAnswer, patched, payload
from fake_idp.org.log import app_entry, hook_entry
from fake_idp.org.model import App, InlineHook, Person, Session
from fake_idp.saml.claims import ResponseClaims

if TYPE_CHECKING:
    from fake_idp.org.org import Org
    from fake_idp.saml.messages import AuthnRequest

MAX_ANSWER_BYTES = 256 * 1024
DEFAULT_ERROR = "The callback service returned an error."


class HookDenied(Exception):
    """The hook answered with an error, and the org setting ``hook_error`` says that this denies the sign-in."""


class _CallFailed(Exception):
    """The call gave no answer that can be used."""


def apply_inline_hook(
    org: Org,
    app: App,
    person: Person,
    session: Session | None,
    request: AuthnRequest | None,
    claims: ResponseClaims,
) -> ResponseClaims:
    """The claims as the app's inline hook leaves them; unchanged where the app has no active hook.

    :raises HookDenied: when the hook says no and the org setting ``hook_error`` is ``deny``.
    """
    hook = _hook(org, app)
    if hook is None:
        return claims
    try:
        answer = _answer(org, hook, payload(org, app, person, session, request, claims))
        denial = _denial(answer)
        changed = claims if answer is None or denial else patched(claims, answer)
    except (_CallFailed, BadAnswer) as trouble:
        _log(org, app, hook, person, session, str(trouble))
        return claims
    _log(org, app, hook, person, session, denial)
    if denial and org.settings.hook_error == "deny":
        raise HookDenied(denial)
    return changed


def _denial(answer: Any) -> str | None:
    """The summary of the answer's ``error`` object, or None where there is none."""
    error = answer.get("error") if isinstance(answer, dict) else None
    if error is None:
        return None
    summary = error.get("errorSummary") if isinstance(error, dict) else None
    return str(summary or DEFAULT_ERROR)


def _hook(org: Org, app: App) -> InlineHook | None:
    """The app's hook by id, by name, or made of a bare URL."""
    key = app.settings.inline_hook
    if not key:
        return None
    hook = org.find_inline_hook(key)
    if hook is None and "://" in key:
        hook = InlineHook("", key, key)
    return hook if hook is not None and hook.status == "ACTIVE" else None


def _answer(org: Org, hook: InlineHook, call: dict[str, Any]) -> Any:
    """The hook's JSON, or None for an empty answer.

    :raises _CallFailed: when there is none.
    """
    try:
        org.check_hook_url(hook.url)
    except InvalidValue as trouble:
        raise _CallFailed(trouble.message) from None
    # Here and not at the top: an org without hooks starts faster.
    import urllib3

    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if hook.header_name:
        headers[hook.header_name] = hook.header_value
    body = json.dumps(call).encode("utf-8")
    timeout = urllib3.Timeout(total=org.settings.hook_timeout_seconds)
    failure = ""
    with urllib3.PoolManager(retries=False) as pool:
        for _ in range(org.settings.hook_retries + 1):
            try:
                reply = pool.request(
                    "POST",
                    hook.url,
                    body=body,
                    headers=headers,
                    timeout=timeout,
                    redirect=False,
                    preload_content=False,
                )
                content = reply.read(MAX_ANSWER_BYTES + 1)
            except urllib3.exceptions.NewConnectionError:
                # Before TimeoutError, which urllib3 counts it among.
                failure = "the service cannot be reached"
                continue
            except urllib3.exceptions.TimeoutError:
                failure = f"no answer within {org.settings.hook_timeout_seconds:g} seconds"
                continue
            except urllib3.exceptions.HTTPError as trouble:
                failure = f"the call broke off: {type(trouble).__name__}"
                continue
            if reply.status < 500:
                return _json(reply.status, content)
            failure = f"the service answered with HTTP {reply.status}"
    raise _CallFailed(failure)


def _json(status: int, content: bytes) -> Any:
    if not 200 <= status < 300:
        raise _CallFailed(f"the service answered with HTTP {status}")
    if len(content) > MAX_ANSWER_BYTES:
        raise _CallFailed(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except ValueError:
        raise _CallFailed("the answer is no JSON") from None


def _log(
    org: Org, app: App, hook: InlineHook, person: Person, session: Session | None, reason: str | None
) -> None:
    org.log_event(
        "inline_hook.executed", actor=person, session=session, target=[hook_entry(hook), app_entry(app)],
        result="FAILURE" if reason else "SUCCESS", reason=reason,
        debug_data={"inlineHookType": "com.okta.saml.tokens.transform", "url": hook.url},
    )  # fmt: skip
