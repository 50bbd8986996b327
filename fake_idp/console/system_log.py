"""Reports: the System Log with its filter."""

from __future__ import annotations

import json
from datetime import datetime

from flask import Response, make_response, render_template, request

from fake_idp.console import blueprint
from fake_idp.org.clock import parse_time
from fake_idp.org.log import EVENT_TYPES
from fake_idp.web.context import org

_PAGE = 100
RESULTS = ("SUCCESS", "FAILURE", "DENY")


@blueprint.get("/reports/system-log")
def system_log() -> Response:
    """Events, newest first, that match the filter; each opens to its JSON as Okta's API gives it."""
    form = {
        name: request.args.get(name, "").strip() for name in ("q", "event_type", "result", "since", "until")
    }
    errors: dict[str, str] = {}
    since, until = _time(form, "since", errors), _time(form, "until", errors)
    limit = min(request.args.get("limit", _PAGE, type=int), 1000)
    events = org().log(
        form["event_type"] or None,
        since,
        until=until,
        result=form["result"] or None,
        q=form["q"] or None,
        limit=limit + 1,
        newest_first=True,
    )
    return make_response(
        render_template(
            "console/system_log.html",
            active="log",
            events=[(event, json.dumps(event.as_json(), indent=2)) for event in events[:limit]],
            more=len(events) > limit,
            next_limit=limit * 2,
            form=form,
            errors=errors,
            event_types=[
                ("", "All"),
                *((name, f"{name} ({text})") for name, (text, _) in sorted(EVENT_TYPES.items())),
            ],
            results=[("", "All"), *((name, name) for name in RESULTS)],
        )
    )


def _time(form: dict[str, str], name: str, errors: dict[str, str]) -> datetime | None:
    if not form[name]:
        return None
    try:
        return parse_time(form[name])
    except ValueError as problem:
        errors[name] = str(problem)[:1].upper() + str(problem)[1:]
        return None
