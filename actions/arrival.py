"""The beginning of a turn: her characters, and the welcome after days away."""

from __future__ import annotations

from actions.turn import Turn
from rendering.facts import facts_line


def arrive(turn: Turn) -> None:
    """Notice the characters of the message and greet one who returns with what is known of her."""
    turn.dialogue.script = turn.message.get("script") or turn.dialogue.script
    now = turn.services.now().timestamp()
    seen, turn.dialogue.seen = turn.dialogue.seen, now
    absent = seen is not None and now - seen > turn.services.settings.return_after_hours * 3600
    if absent and turn.facts_json:
        turn.dialogue.pending = None
        turn.lead_in("arrival.welcome_back", facts=facts_line(turn.facts_json, turn.phrases))
