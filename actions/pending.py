"""What has to be settled before anything else: how each kind is asked, and what yes, no or a word settles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional

from actions.dialogue import TOPICS, PendingKind
from actions.replies import mentions
from actions.turn import Turn
from rendering.facts import fact_name, fact_value
from rendering.message import Button

PendingState = dict[str, Any]


@dataclass(frozen=True)
class PendingQuestion:
    """``ask`` says it; ``yes`` and ``no`` act on the answer; ``word`` reads a short answer, ``True`` if it was one; ``unanswered``
    goes on where she told facts instead after it was asked ``patience`` times; ``None`` if it waits.
    """

    ask: Callable[[Turn, PendingState], None]
    yes: Callable[[Turn, PendingState], None]
    no: Callable[[Turn, PendingState], None]
    word: Callable[[Turn, PendingState], bool]
    unanswered: Optional[Callable[[Turn, PendingState], None]] = None
    patience: int = 2


def ask_pending(turn: Turn) -> None:
    """Ask what is pending."""
    state = pending_state(turn)
    state["asked"] = state.get("asked", 0) + 1
    PENDING[state["kind"]].ask(turn, state)


def go_on_without_answer(turn: Turn) -> None:
    """She tells facts instead of settling what is pending: it must not hold up everything else for long."""
    if turn.dialogue.pending is None or not turn.changed_facts:
        return
    state = pending_state(turn)
    question = PENDING[state["kind"]]
    if question.unanswered is not None and state.get("asked", 0) >= question.patience:
        question.unanswered(turn, state)


def answer_pending(turn: Turn, yes: bool) -> bool:
    """Act on a yes or no; ``False`` where nothing was pending."""
    if turn.dialogue.pending is None:
        return False
    state = pending_state(turn)
    question = PENDING[state["kind"]]
    (question.yes if yes else question.no)(turn, state)
    return True


def settled_by_word(turn: Turn) -> bool:
    """Does the message settle what is pending by a word such as "the first" or "ten thousand"?"""
    if turn.dialogue.pending is None:
        return False
    state = pending_state(turn)
    return PENDING[state["kind"]].word(turn, state)


def drop_wishes(turn: Turn) -> None:
    """She turned to something else: offers that were open lapse, questions about facts stay."""
    if turn.dialogue.pending and turn.dialogue.pending["kind"] in ("choice", "what_if", "contact", "delete"):
        turn.dialogue.pending = None


def pending_state(turn: Turn) -> PendingState:
    if turn.dialogue.pending is None:
        raise ValueError("nothing is pending")
    return turn.dialogue.pending


def settle(turn: Turn) -> None:
    turn.dialogue.pending = None


def left_open(turn: Turn, state: PendingState) -> None:
    """The fact stays unknown and is asked in its turn."""
    settle(turn)


# unit: 元 or 万元?
def ask_unit(turn: Turn, state: PendingState) -> None:
    turn.wait_for(state["name"])
    turn.say("pending.unit", name=fact_name(state["name"], turn.phrases), number=f"{state['number']:g}")


def unit_unsaid(turn: Turn, state: PendingState) -> None:
    """A bare yes or no does not say which unit: it stays asked."""


def unit_word(turn: Turn, state: PendingState) -> bool:
    factor = turn.services.replies.unit(turn.text)
    if factor is None:
        return False
    settle(turn)
    turn.set_fact(state["name"], state["number"] * factor)
    return True


# guess: is it what it sounded like?
def ask_guess(turn: Turn, state: PendingState) -> None:
    name, value = state["name"], state["value"]
    turn.wait_for(name)
    key = "pending.guess" if isinstance(value, str) else "pending.guess_sum"
    turn.say(key, name=fact_name(name, turn.phrases), value=fact_value(name, value, turn.phrases))


def guess_right(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.set_fact(state["name"], state["value"])


def guess_wrong(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.lead_in("pending.guess_wrong")


# contradiction: two facts that cannot both be
def ask_contradiction(turn: Turn, state: PendingState) -> None:
    known = {**turn.facts_json, **state["held"]}
    turn.wait_for(next(iter(state["held"]), state["names"][-1]))
    values = {name: fact_value(name, known[name], turn.phrases) for name in state["names"] if name in known}
    turn.say(f"contradiction.{state['id']}", values=values)


def contradiction_insisted(turn: Turn, state: PendingState) -> None:
    """Yes to "which is right?" says nothing: it stays asked."""


def contradiction_dropped(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.lead_in("contradiction.dropped")


# mismatch: the gap stated and the gap computed
def ask_mismatch(turn: Turn, state: PendingState) -> None:
    turn.wait_for("gap")
    stated, computed = (fact_value("gap", state[end], turn.phrases) for end in ("stated", "computed"))
    turn.say("pending.mismatch", stated=stated, computed=computed)


def mismatch_computed(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.set_fact("gap", state["computed"])


def mismatch_stated(turn: Turn, state: PendingState) -> None:
    """Her own gap counts: what it was computed from does not."""
    settle(turn)
    turn.set_fact("needed", None)
    turn.dialogue.rest_needed = None
    turn.refuse("needed")


def mismatch_word(turn: Turn, state: PendingState) -> bool:
    replies = turn.services.replies
    if mentions(turn.text, replies.computed):
        mismatch_computed(turn, state)
        return True
    if mentions(turn.text, replies.stated):
        mismatch_stated(turn, state)
        return True
    return False


# choice: which of two readings?
def ask_choice(turn: Turn, state: PendingState) -> None:
    buttons = tuple(
        Button(turn.phrases.text(f"choice.{intent}.title"), turn.phrases.text(f"choice.{intent}.say"))
        for intent in state["intents"]
    )
    turn.say("pending.choice", buttons=buttons, first=buttons[0].title, second=buttons[1].title)


def choice_unsaid(turn: Turn, state: PendingState) -> None:
    """Yes does not say which; it stays asked."""


def choice_neither(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.lead_in("pending.choice_neither")


def choice_word(turn: Turn, state: PendingState) -> bool:
    position = turn.services.replies.ordinal(turn.text, len(state["intents"]))
    if position is None or state["intents"][position] not in TOPICS:
        return False
    settle(turn)
    turn.dialogue.open_topic(state["intents"][position])
    return True


def choice_unanswered(turn: Turn, state: PendingState) -> None:
    """The question under way goes on; where there is none, that for which she tells facts, else the likelier, and she is told which."""
    questions = turn.services.knowledge.questions
    offered = [intent for intent in state["intents"] if intent in TOPICS]
    likelier = max(offered, key=lambda intent: len(turn.changed_facts.keys() & set(questions(intent).first)), default=None)
    if turn.dialogue.topic is not None:
        settle(turn)
    elif likelier is not None:
        settle(turn)
        turn.dialogue.open_topic(likelier)
        turn.lead_in("pending.choice_likelier", title=turn.phrases.text(f"choice.{likelier}.title"))


# what_if: shall the premise hold?
def ask_what_if(turn: Turn, state: PendingState) -> None:
    turn.wait_for(None)
    turn.say("pending.what_if")


def what_if_adopted(turn: Turn, state: PendingState) -> None:
    settle(turn)
    for name, value in state["facts"].items():
        turn.set_fact(name, value)
    if "needed" in state["facts"]:
        turn.dialogue.rest_needed = None
    turn.lead_in("what_if.adopted")


def what_if_left(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.lead_in("what_if.left")


def what_if_word(turn: Turn, state: PendingState) -> bool:
    if any(entity["value"] in state["facts"].values() for entity in turn.entities if entity["entity"] == "number"):
        what_if_adopted(turn, state)  # 就按200万吧
        return True
    if not mentions(turn.text, turn.services.replies.as_before):
        return False
    what_if_left(turn, state)
    return True


# contact: may it be kept?
def ask_contact(turn: Turn, state: PendingState) -> None:
    turn.wait_for(None)
    turn.say("pending.contact", masked=state["masked"], wish=state["wish"])


def contact_kept(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.keep_wish(state["wish"], state["contact_kind"], state["contact"])
    turn.lead_in(f"wish.{state['wish']}_kept", masked=state["masked"])


def contact_dropped(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.lead_in("wish.contact_dropped")


# delete: really everything?
def ask_delete(turn: Turn, state: PendingState) -> None:
    turn.wait_for(None)
    turn.say("pending.delete")


def delete_done(turn: Turn, state: PendingState) -> None:
    turn.forget_wishes()
    turn.forget_company()
    turn.erase_history()
    turn.lead_in("wish.deleted")


def delete_left(turn: Turn, state: PendingState) -> None:
    settle(turn)
    turn.lead_in("wish.delete_left")


def no_word(turn: Turn, state: PendingState) -> bool:
    """No single word settles this kind."""
    return False


PENDING: Mapping[PendingKind, PendingQuestion] = {
    "unit": PendingQuestion(ask_unit, unit_unsaid, unit_unsaid, unit_word, left_open),
    "guess": PendingQuestion(ask_guess, guess_right, guess_wrong, no_word, left_open),
    "contradiction": PendingQuestion(
        ask_contradiction, contradiction_insisted, contradiction_dropped, no_word, contradiction_dropped
    ),
    "mismatch": PendingQuestion(ask_mismatch, mismatch_computed, mismatch_stated, mismatch_word, mismatch_computed),
    "choice": PendingQuestion(ask_choice, choice_unsaid, choice_neither, choice_word, choice_unanswered, patience=1),
    "what_if": PendingQuestion(ask_what_if, what_if_adopted, what_if_left, what_if_word),
    "contact": PendingQuestion(ask_contact, contact_kept, contact_dropped, no_word),
    "delete": PendingQuestion(ask_delete, delete_done, delete_left, no_word),
}
