"""The state of a conversation beside the facts: one JSON value in the slot ``dialogue``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Mapping, Optional

Topic = Literal["plan_budget", "budget_shortfall", "evaluate_budget", "budget_share"]
TOPICS: tuple[Topic, ...] = ("plan_budget", "budget_shortfall", "evaluate_budget", "budget_share")

PendingKind = Literal["unit", "guess", "contradiction", "mismatch", "choice", "what_if", "contact", "delete"]


@dataclass
class Dialogue:
    """Where the conversation stands."""

    topic: Optional[Topic] = None
    """The question under way."""
    advised: list[str] = field(default_factory=list)
    """Topics answered so far for this company."""
    questions: int = 0
    """Facts asked since the topic was opened, before its first advice."""
    refused: list[str] = field(default_factory=list)
    """Facts that she does not know or does not tell; never asked again."""
    pending: Optional[dict[str, Any]] = None
    """What has to be settled first: ``{"kind": PendingKind, …}``."""
    wish: Optional[str] = None
    """What a contact would be kept for: ``human``, ``demo`` or ``report``."""
    enough: bool = False
    """She has had enough of questions; nothing more is asked for the topic."""
    misunderstood: int = 0
    """Messages not understood in a row."""
    unread: int = 0
    """Answers in a row in which the fact asked for was not readable."""
    passed_over: int = 0
    """Turns in a row in which she said something else than the fact asked for."""
    put_off: list[str] = field(default_factory=list)
    """Facts passed over for so long that others come first; one that is here twice is not asked again."""
    rest_needed: Any = None
    """What the rest of the year still needs; stays, so that a correction of what is spent counts."""
    told: list[str] = field(default_factory=list)
    """The facts of her last message with any: what a bare correction is of."""
    another: bool = False
    """She turned to another company, which may be somebody else's."""
    script: str = "simplified"
    """The characters she writes."""
    seen: Optional[float] = None
    """When her last message came, seconds since the epoch."""

    @classmethod
    def from_json(cls, value: Optional[Mapping[str, Any]]) -> "Dialogue":
        """Read the slot; unknown keys of another version are dropped."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: content for name, content in (value or {}).items() if name in known})

    def as_json(self) -> dict[str, Any]:
        """The slot value: only what differs from a new conversation, so that events stay small."""
        blank = Dialogue()
        return {name: value for name, value in asdict(self).items() if value != getattr(blank, name)}

    def open_topic(self, topic: Topic) -> None:
        """Turn to a question; a change of topic starts its questions afresh."""
        if topic != self.topic:
            self.questions = 0
        self.topic = topic
        self.enough = False

    def is_pending(self, kind: PendingKind) -> bool:
        return self.pending is not None and self.pending["kind"] == kind
