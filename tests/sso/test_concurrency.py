"""Many threads at one org."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fake_idp.org.org import Org
from fake_idp.org.settings import SamlSettings
from fake_idp.sso import sign_on
from tests.sso.material import ACS, authn_request, verified


@pytest.mark.parametrize("on_disk", [False, True])
def test_logins_and_changes_at_once_lose_nothing(tmp_path: Path, on_disk: bool) -> None:
    with Org(data_dir=tmp_path if on_disk else None) as org:
        app = org.create_saml_app("X", SamlSettings(sso_acs_url=ACS, audience="sp"))
        org.assign_group(app, "Everyone")
        certificate = org.signing_key(app).certificate

        def work(number: int) -> str:
            person = org.add_person(f"p{number}@acme.test", first_name="P", last_name=str(number))
            session = org.start_session(person)
            signed_on = sign_on(org, org.app(app.id), person, session, request=authn_request(f"_r{number}"))
            org.update_app(app, notes=str(number))
            assert verified(signed_on.xml, certificate)
            return signed_on.response.claims.response_id

        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(work, range(40)))
        assert len(set(ids)) == 40
        assert len(org.people()) == 41
        assert len(org.log("user.authentication.sso")) == 40
        assert len(org.app_users(app)) == 41
        assert len({user.id for user in org.app_users(app)}) == 41
