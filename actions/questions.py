"""Asking: which fact comes next for the question under way, and when to answer instead. The one form of the advisor."""

from __future__ import annotations

from typing import Optional

from actions.advising import advise, sharpening_facts
from actions.dialogue import TOPICS, Topic
from actions.pending import ask_pending
from actions.turn import Turn
from rendering.message import Button


def go_on(turn: Turn) -> None:
    """The next step: settle what is pending, ask what is lacking, or advise and ask what would sharpen the advice."""
    if turn.dialogue.pending is not None:
        ask_pending(turn)
    elif turn.dialogue.topic is None:
        ask_topic(turn)
    else:
        pursue(turn, turn.dialogue.topic)


def pursue(turn: Turn, topic: Topic) -> None:
    """Ask the next fact that the first answer needs; with all of them told or refused, advise."""
    lacking = next_first_fact(turn, topic)
    if lacking is not None:
        turn.dialogue.questions += turn.requested_slot_before != lacking
        ask_fact(turn, lacking)
        return
    advise(turn, topic)
    if turn.dialogue.pending is not None:
        ask_pending(turn)
    else:
        sharpen(turn, topic)


def next_first_fact(turn: Turn, topic: Topic) -> Optional[str]:
    """The next fact to ask before the first advice; ``None`` once it can be given."""
    order = turn.services.knowledge.questions(topic)
    if topic in turn.dialogue.advised or turn.dialogue.enough:
        return None
    name = next((name for name in order.first if is_open(turn, name)), None)
    asked_anew = name is not None and name == turn.requested_slot_before
    return name if asked_anew or turn.dialogue.questions < order.limit else None


def sharpen(turn: Turn, topic: Topic) -> None:
    """After the advice: ask the one fact that would sharpen it most, with what it is good for."""
    name = next((name for name in sharpening_facts(turn, topic) if is_open(turn, name)), None)
    if name is None or turn.dialogue.enough:
        turn.wait_for(None)
        turn.say("ask.nothing_more")
        return
    turn.wait_for(name)
    turn.say(f"ask.{name}", buttons=skip_buttons(turn), good_for=turn.services.knowledge.reason(name).good_for, again=False)


def is_open(turn: Turn, name: str) -> bool:
    """Neither told nor refused."""
    return not turn.knows(name) and name not in turn.dialogue.refused


def ask_fact(turn: Turn, name: str) -> None:
    """Ask a fact; a question repeated because its answer was not readable says so."""
    turn.say(f"ask.{name}", good_for=None, again=turn.requested_slot_before == name and turn.intent == "inform")
    turn.wait_for(name)


def ask_topic(turn: Turn) -> None:
    """Nothing is asked yet: offer the four questions."""
    turn.wait_for(None)
    turn.say("ask.topic", buttons=topic_buttons(turn))


def topic_buttons(turn: Turn, topics: tuple[str, ...] = TOPICS) -> tuple[Button, ...]:
    """One button a question."""
    return tuple(
        Button(turn.phrases.text(f"topic.{topic}.title"), turn.phrases.text(f"topic.{topic}.say")) for topic in topics
    )


def skip_buttons(turn: Turn) -> tuple[Button, ...]:
    """Ways out of the sharpening questions."""
    return turn.phrases.message("ask.ways_out").buttons
