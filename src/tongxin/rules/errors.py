"""The one family of anticipated errors: a refusal with a code and the facts that explain it."""


class Refused(Exception):
    """Something asked for may not be done. `code` names the rule, `facts` fill the sentence shown at the door.

    `status` is the HTTP status a door answers with; sentences live in `words` and `sentences`, never here.
    """

    status = 409

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class Invalid(Refused):
    """What was sent cannot be understood or does not fit its form."""

    status = 422


class NotAllowed(Refused):
    """The actor holds no duty that permits this."""

    status = 403


class Missing(Refused):
    """There is no such thing, or not for this reader: both look alike from outside."""

    status = 404


class Stale(Refused):
    """Somebody changed the thing since the caller last read it."""

    status = 412
