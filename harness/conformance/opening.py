"""Bringing a target up: an Okta with an app for it, the SP with that IdP's metadata, and a first look at both."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from fake_idp.handles import SamlApp
from fake_idp.okta import FakeOkta
from fake_idp.org.errors import InvalidSetting
from fake_idp.saml.names import BINDING_POST
from harness.conformance.bench import Bench, hand_over
from harness.conformance.identity import People
from harness.conformance.idp import SuiteIdp
from harness.conformance.listener import Listener
from harness.conformance.options import CheckOptions
from harness.conformance.preflight import preflight
from harness.conformance.publisher import Publisher
from harness.conformance.sight import Probe
from harness.conformance.timed import TimedTransport
from harness.targets.errors import SetUpError
from harness.targets.model import TargetFile
from harness.targets.running import RunningTarget, sp_metadata_of, start_target
from harness.targets.sp_metadata import SpMetadata

NOT_YET = "http://not-yet-known.test/acs"
"""ACS and audience of the app until the SP is up. The IdP's metadata, which starts it, does not depend on them."""
ANSWER_SECONDS = 10.0
DOMAIN = "acme.test"


@contextmanager
def open_bench(target: TargetFile, options: CheckOptions, seed: str) -> Iterator[Bench]:
    """The bench, after preflight. Everything is taken down again at the end.

    :raises SetUpError: when the target cannot be brought to a state where anything can be judged.
    """
    transport = TimedTransport(timeout=ANSWER_SECONDS)
    with (
        tempfile.TemporaryDirectory(prefix="okta-harness-") as folder,
        FakeOkta(seed=seed) as okta,
        Listener() as listener,
        Publisher() as publisher,
    ):
        running = start_target(target, Path(folder), options.on_manual, seed)
        try:
            rng = Random(seed)  # noqa: S311 - names, no secrets
            yield _opened(running, okta, listener, publisher, transport, options, rng)
        finally:
            running.stop()
            transport.close()


def _opened(
    running: RunningTarget,
    okta: FakeOkta,
    listener: Listener,
    publisher: Publisher,
    transport: TimedTransport,
    options: CheckOptions,
    rng: Random,
) -> Bench:
    target = running.target
    app = _app(okta, target)
    idp = SuiteIdp(okta, app, rng)
    hand_over(idp.metadata(), idp, running, publisher)
    account = target.user
    own_domains = [*target.domains, account.email.rpartition("@")[2] if account else "", DOMAIN]
    domain = next(name for name in own_domains if name)
    bench = Bench(
        target=target,
        running=running,
        sp=running.sp_metadata(transport),
        idp=idp,
        people=People(rng, domain, account, target.other_user, target.refused_user),
        probe=Probe(target.signed_in),
        listener=listener,
        transport=transport,
        rng=rng,
        publisher=publisher,
        slow=options.slow,
        marks_all=options.marks_all,
    )
    _agree(bench, app)
    preflight(bench)
    bench.other = _second_tenant(bench, okta)
    return bench


def _agree(bench: Bench, app: SamlApp) -> None:
    """Tell Okta the SP's names; and both sides of single logout, where the SP offers it."""
    app.update(sso_acs_url=bench.sp.acs_url, audience=bench.sp.entity_id)
    if changes := _slo_settings(bench.target, bench.sp):
        app.update(**changes)
        bench.trust(bench.idp.metadata())
        app.update(**_slo_settings(bench.target, bench.sp))
    bench.read_sp()


def _app(okta: FakeOkta, target: TargetFile) -> SamlApp:
    try:
        return okta.create_saml_app(target.name, acs_url=NOT_YET, audience=NOT_YET, settings=dict(target.app))
    except InvalidSetting as error:
        raise SetUpError(
            "app_settings", f"Okta refuses the settings under `app`: {error}", advice=error.advice
        ) from error


def _slo_settings(target: TargetFile, sp: SpMetadata) -> dict[str, Any]:
    """Single logout as an Okta admin sets it up, where the SP offers it and publishes a key for it."""
    endpoint = sp.slo_endpoint(BINDING_POST) or (sp.slo[0] if sp.slo else None)
    if endpoint is None or not sp.signing_certificates or target.capabilities.slo is False:
        return {}
    return {
        "sp_certificate": sp.signing_certificates[0].public_bytes(Encoding.PEM).decode("ascii"),
        "slo_enabled": True,
        "slo_logout_url": endpoint.response_location or endpoint.location,
        "slo_issuer": sp.entity_id,
    }


def _second_tenant(bench: Bench, okta: FakeOkta) -> Bench | None:
    app = _app(okta, bench.target)
    idp = SuiteIdp(okta, app, bench.rng)
    target = bench.running.second_tenant(idp.metadata())
    if target is None:
        return None
    sp = sp_metadata_of(target, bench.transport)
    app.update(sso_acs_url=sp.acs_url, audience=sp.entity_id)
    if changes := _slo_settings(target, sp):
        app.update(**changes)
        bench.running.second_tenant(idp.metadata())
    other = bench.tenant(target, sp, idp)
    other.probe.learn(bench.visitor().get(other.probe.url))
    return other
