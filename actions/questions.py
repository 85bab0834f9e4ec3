"""Asking: which fact comes next for the question under way, and when to answer instead. The one form of the advisor."""

from __future__ import annotations

from typing import Optional

from actions.advising import advise, sharpening_facts
from actions.dialogue import TOPICS, Topic
from actions.pending import ask_pending
from actions.turn import Turn
from rendering.facts import fact_name
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
    """Ask the next fact that the first answer needs; with all of them told, refused or put off, advise."""
    put_off_what_is_passed_over(turn, turn.services.knowledge.questions(topic).patience)
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


def put_off_what_is_passed_over(turn: Turn, patience: int) -> None:
    """She goes on telling and asking other things: what she was asked must not stand in the way of all else."""
    asked, dialogue = turn.requested_slot_before, turn.dialogue
    if asked is None or not is_open(turn, asked):
        dialogue.passed_over = 0
        return
    dialogue.passed_over += turn.intent == "inform" or turn.intent == dialogue.topic
    if dialogue.passed_over >= patience:
        dialogue.passed_over = 0
        dialogue.put_off.append(asked)
        turn.lead_in("told.put_off", name=fact_name(asked, turn.phrases))


def next_first_fact(turn: Turn, topic: Topic) -> Optional[str]:
    """The next fact to ask before the first advice; ``None`` once it can be given."""
    order = turn.services.knowledge.questions(topic)
    if topic in turn.dialogue.advised or turn.dialogue.enough:
        return None
    put_off = turn.dialogue.put_off
    name = next((name for name in order.first if is_open(turn, name) and name not in put_off), None)
    asked_anew = name is not None and name == turn.requested_slot_before
    return name if asked_anew or turn.dialogue.questions < order.limit else None


def sharpen(turn: Turn, topic: Topic) -> None:
    """After the advice: ask the one fact that would sharpen it most, with what it is good for."""
    put_off = turn.dialogue.put_off
    names = [name for name in sharpening_facts(turn, topic) if is_open(turn, name) and put_off.count(name) < 2]
    name = min(names, key=put_off.count, default=None)
    if name is None or turn.dialogue.enough:
        turn.wait_for(None)
        turn.say("ask.nothing_more")
        return
    turn.wait_for(name)
    turn.say(f"ask.{name}", buttons=skip_buttons(turn), good_for=turn.services.knowledge.reason(name).good_for)


def is_open(turn: Turn, name: str) -> bool:
    """Neither told nor refused; what the whole year needs follows from what its rest needs."""
    follows = name == "needed" and turn.dialogue.rest_needed is not None
    return not turn.knows(name) and name not in turn.dialogue.refused and not follows


def ask_fact(turn: Turn, name: str) -> None:
    """Ask a fact before the first advice."""
    turn.say(f"ask.{name}", good_for=None)
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
