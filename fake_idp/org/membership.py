"""The groups of an org and who is in them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from fake_idp.org import store as db
from fake_idp.org.directory import Directory
from fake_idp.org.errors import AlreadyExists, InvalidValue, NotAllowed, NotFound
from fake_idp.org.log import group_entry, person_entry
from fake_idp.org.model import Group, Person

EVERYONE = "Everyone"
_COLUMNS = [f.name for f in fields(Group)]


class Membership(Directory):
    """The part of the org that keeps groups. The built-in group Everyone always holds all people."""

    def _make_everyone(self) -> None:
        self._insert_group(EVERYONE, "All users in your organization", "BUILT_IN")

    def add_group(self, name: str, description: str = "", *, group_id: str | None = None) -> Group:
        """Add a group; ``group_id`` is for one that comes from another org.

        :raises AlreadyExists: when the name or the id is taken.
        """
        if not name.strip() or len(name) > 255:
            raise InvalidValue("name", f"expected 1 to 255 characters, received {name!r}")
        with self._unit():
            if self.find_group(name) is not None:
                raise AlreadyExists(f"a group named {name!r} is in the org already")
            if group_id is not None and self.find_group(group_id) is not None:
                raise AlreadyExists(f"a group with the id {group_id!r} is in the org already")
            group = self._insert_group(name, description, "OKTA_GROUP", group_id)
            self.log_event("group.lifecycle.create", target=[group_entry(group)])
        return group

    def _insert_group(self, name: str, description: str, kind: Any, group_id: str | None = None) -> Group:
        now = self.now()
        group = Group(group_id or self.new_id("00g"), name, description, kind, now, now, now)
        self.store.insert(db.groups, **{n: getattr(group, n) for n in _COLUMNS}, name_key=name.lower())
        return group

    def groups(self, q: str | None = None) -> list[Group]:
        """Groups in the order they were added, Everyone first; ``q`` narrows to names that have it in them."""

        def read() -> tuple[Group, ...]:
            query = sa.select(*(db.groups.c[name] for name in _COLUMNS)).order_by(db.groups.c.position)
            return tuple(Group(**row._mapping) for row in self.store.rows(query))

        word = (q or "").strip().lower()
        return [group for group in self._remembered(("groups",), read) if word in group.name.lower()]

    def group(self, key: str | Group) -> Group:
        """The group with this id or name.

        :raises NotFound: when there is none.
        """
        if isinstance(key, Group):
            key = key.id
        found = self.find_group(key)
        if found is None:
            raise NotFound("group", key, [group.name for group in self.groups()])
        return found

    def find_group(self, key: str) -> Group | None:
        """The group with this id or name (its case does not matter), or None."""
        return next((g for g in self.groups() if g.id == key or g.name.lower() == key.lower()), None)

    def update_group(
        self, key: str | Group, name: str | None = None, description: str | None = None
    ) -> Group:
        """Rename or describe a group. Everyone stays as it is."""
        group = self._changeable(key)
        wanted = name if name is not None else group.name
        other = self.find_group(wanted)
        if other is not None and other.id != group.id:
            raise AlreadyExists(f"a group named {wanted!r} is in the org already")
        with self._unit():
            table = db.groups
            self.store.change(
                table.update().where(table.c.id == group.id).values(
                    name=wanted, name_key=wanted.lower(), last_updated=self.now(),
                    description=group.description if description is None else description,
                )
            )  # fmt: skip
            self._cache.clear()
            updated = self.group(group.id)
            self.log_event("group.profile.update", target=[group_entry(updated)])
        return updated

    def delete_group(self, key: str | Group) -> None:
        """Delete a group, with its memberships and assignments."""
        group = self._changeable(key)
        with self._unit():
            affected = [person.id for person in self.members(group)]
            self.store.change(db.members.delete().where(db.members.c.group_id == group.id))
            table = db.assignments
            self.store.change(table.delete().where(table.c.scope == "GROUP", table.c.target_id == group.id))
            self.store.change(db.groups.delete().where(db.groups.c.id == group.id))
            self.log_event("group.lifecycle.delete", target=[group_entry(group)])
            self._cache.clear()
            for person_id in affected:
                self._person_changed(person_id)

    def add_member(self, group: str | Group, person: str | Person) -> None:
        """Put a person into a group; nothing happens when the person is in it already."""
        self._change_membership(group, person, joins=True)

    def remove_member(self, group: str | Group, person: str | Person) -> None:
        """Take a person out of a group; nothing happens when the person is not in it."""
        self._change_membership(group, person, joins=False)

    def _change_membership(self, group_key: str | Group, person_key: str | Person, *, joins: bool) -> None:
        group, person = self._changeable(group_key), self.person(person_key)
        if joins == self.is_member(group, person):
            return
        table = db.members
        with self._unit():
            if joins:
                self.store.insert(table, group_id=group.id, person_id=person.id)
            else:
                self.store.change(
                    table.delete().where(table.c.group_id == group.id, table.c.person_id == person.id)
                )
            groups = db.groups
            self.store.change(
                groups.update().where(groups.c.id == group.id).values(last_membership_updated=self.now())
            )
            event = "group.user_membership.add" if joins else "group.user_membership.remove"
            self.log_event(event, target=[person_entry(person), group_entry(group)])
            self._cache.clear()
            self._person_changed(person.id)

    def is_member(self, group: str | Group, person: str | Person) -> bool:
        """Whether the person is in the group."""
        wanted = self.group(group)
        return any(own.id == wanted.id for own in self.groups_of(person))

    def members(self, group: str | Group) -> list[Person]:
        """The people of a group, in the order they joined."""
        wanted = self.group(group)
        if wanted.type == "BUILT_IN":
            return self.people()
        table = db.members
        query = sa.select(table.c.person_id).where(table.c.group_id == wanted.id).order_by(table.c.position)
        return [self.person(row.person_id) for row in self.store.rows(query)]

    def groups_of(self, person: str | Person) -> list[Group]:
        """The groups that a person is in, Everyone first, the others by name."""
        wanted = self.person(person)

        def read() -> tuple[Group, ...]:
            query = sa.select(db.members.c.group_id).where(db.members.c.person_id == wanted.id)
            ids = {row.group_id for row in self.store.rows(query)}
            own = [group for group in self.groups() if group.type == "BUILT_IN" or group.id in ids]
            return tuple(sorted(own, key=lambda group: (group.type != "BUILT_IN", group.name)))

        return list(self._remembered(("groups of", wanted.id), read))

    def _changeable(self, key: str | Group) -> Group:
        group = self.group(key)
        if group.type == "BUILT_IN":
            raise NotAllowed(
                f"the group {group.name} is built in; it always holds all people and cannot be changed"
            )
        return group
