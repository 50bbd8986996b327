"""Single logout: messages as they come (``incoming``), what must hold (``checks``), what follows (``service``)."""
