from __future__ import annotations

import ast
import inspect
from itertools import pairwise

import pytest

from fake_idp.org.errors import InvalidValue
from fake_idp.org.org import Org
from fake_idp.org.org_settings import OrgSettings


def test_settings_are_given_at_the_start_and_changed_later(org: Org) -> None:
    assert org.settings.unlisted_acs_url == "ignore"
    assert org.change_settings(unlisted_acs_url="refuse").unlisted_acs_url == "refuse"
    assert org.settings.changed() == {"unlisted_acs_url": "refuse"}
    with Org(hook_timeout_seconds=1) as other:
        assert other.settings.hook_timeout_seconds == 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("unlisted_acs_url", "perhaps", "expected one of 'ignore', 'refuse'"),
        ("sign_metadata", "yes", "expected bool"),
        ("session_lifetime_minutes", "120", "expected int"),
        ("session_lifetime_minutes", True, "expected int"),
        ("session_lifetime_minutes", -1, "0 or more"),
        ("hook_timeout_seconds", "3", "expected float"),
        ("sing_metadata", True, "did you mean 'sign_metadata'"),
        ("zzz", True, "the settings are sign_metadata"),
    ],
)
def test_a_wrong_name_or_value_is_refused_with_what_is_valid(name: str, value: object, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        OrgSettings().with_values(**{name: value})
    with pytest.raises(InvalidValue):
        Org(**{name: value})


def test_every_setting_says_what_it_is_for() -> None:
    tree = ast.parse(inspect.getsource(OrgSettings))
    body = tree.body[0].body  # type: ignore[attr-defined]
    for statement, following in pairwise(body):
        if isinstance(statement, ast.AnnAssign):
            assert isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant)
