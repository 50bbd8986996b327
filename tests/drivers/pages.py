"""Two small web applications on two sites, with every kind of control that the drivers must handle."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from flask import Flask, Response, redirect, request

FORM = """<!doctype html><title>Form</title><h1>A form</h1>
<form method="post" action="/form" enctype="{encoding}">
  <input type="hidden" name="token" value="t&amp;1">
  <label for="name">Name</label> <input id="name" name="name" value="old" required>
  <label>Notes <textarea name="notes">
first</textarea></label>
  <label>Colour <select name="colour"><option value="r">Red</option><option value="b" selected>Blue</option>
    <option disabled value="x">None</option></select></label>
  <label><input type="checkbox" name="news" checked> Send news</label>
  <label><input type="checkbox" name="terms" value="yes"> Accept the terms</label>
  <fieldset><legend>Size</legend>
    <label><input type="radio" name="size" value="s" checked> Small</label>
    <label><input type="radio" name="size" value="l"> Large</label>
  </fieldset>
  <input type="email" name="mail" aria-label="Email">
  <span id="w">Secret</span> <span id="v">word</span> <input type="password" name="pw" aria-labelledby="w v">
  <input name="ghost" placeholder="Ghost">
  <label for="file">Picture</label> <input type="file" id="file" name="picture">
  <label for="ro">Fixed</label> <input id="ro" name="fixed" value="as is" readonly>
  <label for="off">Gone</label> <input id="off" name="gone" value="x" disabled>
  <details><summary>Show more</summary><label>Deep <input name="deep"></label></details>
  <button name="go" value="save">Save</button>
  <button name="go" value="draft" formnovalidate>Save draft</button>
  <button type="submit" name="go" value="far" formaction="/elsewhere" formmethod="get">Go elsewhere</button>
</form>
<p hidden>You do not see this</p><p style="display: none"><a href="/x">Hidden link</a></p>
<label>Outside <input name="outside" form="other" value="o"></label>
<form id="other" action="/search"><button aria-label="Search now">?</button></form>
"""

TABLE = """<!doctype html><title>Table</title><h1>Keys</h1>
<table><thead><tr><th>Type</th><th>Status</th><th>Actions</th></tr></thead><tbody>
<tr><td>SHA-1</td><td>Inactive</td><td><a href="/key/1">View</a> <form method="post" action="/on/1">
  <button>Activate</button></form></td></tr>
<tr><td>SHA-2</td><td>Active</td><td><a href="/key/2">View</a> <form method="post" action="/on/2">
  <button>Activate</button></form></td></tr>
</tbody></table>
<section><h2>Ada's things</h2><a href="/ada">Open</a></section>
<section aria-label="Others"><a href="/others">Open</a></section>
"""


@dataclass
class Shop:
    """One site. ``other`` is the other site's URL; ``seen`` what arrived."""

    other: str = ""
    seen: list[dict[str, object]] = field(default_factory=list)

    def app(self) -> Flask:
        """The pages."""
        app = Flask("shop")
        app.add_url_rule("/form", "/form", view_func=self.form)
        app.add_url_rule("/form", "post", view_func=self.echo, methods=["POST"])
        for path in ("/elsewhere", "/search", "/echo", "/on/<n>", "/acs"):
            app.add_url_rule(path, path, view_func=self.echo, methods=["GET", "POST"])
        app.add_url_rule("/table", "/table", view_func=lambda: TABLE)
        app.add_url_rule("/key/<n>", "/key/<n>", view_func=self.key)
        app.add_url_rule("/hop/<int:left>", "/hop/<int:left>", view_func=self.hop, methods=["GET", "POST"])
        app.add_url_rule("/loop", "/loop", view_func=lambda: redirect("/loop"))
        app.add_url_rule(
            "/redirect/<int:code>", "/redirect/<int:code>", view_func=self.redirect, methods=["GET", "POST"]
        )
        app.add_url_rule("/cookies", "/cookies", view_func=self.cookies)
        app.add_url_rule("/leave", "/leave", view_func=self.leave)
        app.add_url_rule("/autopost", "/autopost", view_func=self.autopost)
        app.add_url_rule("/away", "/away", view_func=lambda: redirect("http://example.invalid/x"))
        app.add_url_rule("/refresh", "/refresh", view_func=self.refresh)
        app.add_url_rule(
            "/missing", "/missing", view_func=lambda: ("<title>404</title><h1>Not here</h1>", 404)
        )
        app.add_url_rule("/empty", "/empty", view_func=lambda: Response(b"", content_type="text/html"))
        app.add_url_rule("/ada", "/ada", view_func=lambda: "<title>Ada</title><h1>Ada's page</h1>")
        app.add_url_rule("/others", "/others", view_func=lambda: "<title>Others</title><h1>The others</h1>")
        app.add_url_rule("/frames", "/frames", view_func=self.frames)
        app.add_url_rule("/framed/<rule>", "/framed/<rule>", view_func=self.framed)
        app.add_url_rule("/policy/<policy>", "/policy", view_func=self.policy)
        return app

    def frames(self) -> str:
        frames = "".join(f'<iframe src="{self.other}/framed/{rule}"></iframe>' for rule in ("any", "none"))
        return (
            f'<title>Frames</title>{frames}<form id="appForm" action="/ada"></form>'
            "<script>addEventListener('load', () => setTimeout(() => appForm.submit(), 500))</script>"
        )

    def framed(self, rule: str) -> Response:
        page = (
            '<title>In a frame</title><form action="/echo" method="post" id="appForm">'
            f'<input type="hidden" name="rule" value="{rule}"></form><script>appForm.submit()</script>'
        )
        response = Response(page, content_type="text/html", headers={"Set-Cookie": "framed=1; SameSite=Lax"})
        if rule == "none":
            response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        return response

    def policy(self, policy: str) -> Response:
        page = (
            '<title>Policy</title><form method="post" action="/echo"><button>Here</button></form>'
            f'<form method="post" action="{self.other}/echo"><button>There</button></form>'
        )
        return Response(page, content_type="text/html", headers={"Referrer-Policy": policy})

    def form(self) -> str:
        return FORM.format(encoding=request.args.get("enctype", "application/x-www-form-urlencoded"))

    def echo(self, n: str = "") -> str:
        files = {key: (each.filename, each.read()) for key, each in request.files.items()}
        self.seen.append(
            {
                "method": request.method,
                "path": request.path,
                "raw": request.query_string.decode(),
                "query": request.args.to_dict(flat=False),
                "form": request.form.to_dict(flat=False),
                "files": files,
                "cookies": dict(request.cookies),
                "origin": request.headers.get("Origin"),
                "referer": request.headers.get("Referer"),
            }
        )
        return f"<title>Echo</title><h1>{request.method} {request.path}</h1><p>Cookies: {sorted(request.cookies)}</p>"

    def key(self, n: str) -> Response:
        xml = f"<?xml version='1.0'?><key n='{n}' session='{request.cookies.get('sid', '')}'/>"
        return Response(
            xml,
            content_type="application/xml",
            headers={"Content-Disposition": f'inline; filename="{n}.xml"'},
        )

    def hop(self, left: int) -> Response:
        return redirect(f"/hop/{left - 1}" if left else "/echo")  # type: ignore[return-value]

    def redirect(self, code: int) -> Response:
        return redirect("/echo", code)  # type: ignore[return-value]

    def cookies(self) -> Response:
        response = Response("<title>Cookies</title><h1>Set</h1>", content_type="text/html")
        response.headers.add("Set-Cookie", "strict=1; Path=/; SameSite=Strict")
        response.headers.add("Set-Cookie", "lax=1; Path=/; SameSite=Lax")
        response.headers.add("Set-Cookie", "none=1; Path=/; SameSite=None; Secure")
        response.headers.add("Set-Cookie", "unset=1; Path=/")
        response.headers.add("Set-Cookie", "badnone=1; Path=/; SameSite=None")
        response.headers.add("Set-Cookie", "deep=1; Path=/form")
        return response

    def leave(self) -> str:
        return (
            f'<title>Leave</title><h1>Leave</h1><a href="{self.other}/echo">Visit the other</a>'
            f'<form method="post" action="{self.other}/echo"><button>Post to the other</button></form>'
            f'<a href="/autopost">Start</a>'
        )

    def autopost(self) -> str:
        response = base64.b64encode(b"<Response/>").decode()
        return (
            f'<title>Signing in...</title><form id="appForm" action="{self.other}/acs" method="POST">'
            f'<input name="SAMLResponse" type="hidden" value="{response}"/>'
            '<input name="RelayState" type="hidden" value="a&#x2b;b"/></form>'
            "<script>setTimeout(() => document.getElementById('appForm').submit(), 50)</script>"
            "<noscript><p>Javascript is disabled</p></noscript>"
        )

    def refresh(self) -> str:
        return '<title>Wait</title><meta http-equiv="refresh" content="0; url=/echo"><p>Wait</p>'
