"""The running scenario, as its steps see it."""


class World: ...
