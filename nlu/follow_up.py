"""What only the conversation decides: a bare follow-up, a short answer to the question that the advisor asked, a premise.

:data:`RULES` are asked in order; the first with an answer has the last word on the intent.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Optional

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from nlu.gate import ASK_BACK, OUT_OF_SCOPE, QUESTIONS, ours, set_intent
from nlu.heard import Heard, grammar, mentions, pattern
from nlu.lexicon import project_lexicon

Rule = Callable[[Heard], Optional[str]]

COMMAND = re.compile(r"(?<![:/])/[a-z_]{3,}")
LOSING = frozenset({"restart", "delete_my_data"})
"""Wishes that lose facts: a command typed somewhere in a message does not speak them."""
SURE_TO_LOSE = 0.7
"""Probability from which such a wish counts without a word of it."""
SURE_TO_TURN = 0.75
"""Probability from which another question, or the wish for a person, is taken up while a fact is asked and nothing is asked back."""
SURE_TO_ACT = 0.5
"""Probability from which a social act or a wish counts in the midst of a conversation."""
COURTESIES = frozenset({"greet", "goodbye", "thanks"})
"""What asks nothing of the advisor."""
ACTS = COURTESIES | {"bot_challenge", "request_demo", "download_report"}
AT_ALL_LIKELY = 0.25
"""Probability of being one of the four from which a question beside facts counts."""
OF_CUSTOMERS = frozenset({"customer_budget", "spent", "needed", "gap", "customers", "new_customers", "lost_customers"})
CHECKS = frozenset({"growth_goal_met", "satisfaction_improved", "tools_used", "staff_on_admin"})
OF_EVALUATION = CHECKS | {"avg_order_value", "orders_per_year", "gross_margin", "customer_lifetime_years", "lost_customers"}
CORRECTING = frozenset({"what_if", "deny", "unsure"})
"""Readings that a correction overrules: it is membership, not repeat."""
UNDECIDED = frozenset({"inform", OUT_OF_SCOPE, ASK_BACK})
TELLING_OR_ASKING = frozenset({*QUESTIONS, OUT_OF_SCOPE, ASK_BACK, "inform", "ask_term"})
"""Readings that a premise after the advice overrules."""
ANYHOW_TOLD = frozenset({ASK_BACK, "what_if", "bot_challenge", "greet", "goodbye"})
"""Readings that an answer to the open question overrules though it looks like a question: 扩张呢，整了俩分店; 算房产吧，还是服务？"""
TURNING = frozenset({*QUESTIONS, "talk_to_human"})
"""Readings that leave the question under way."""
YIELDING = frozenset({*QUESTIONS, OUT_OF_SCOPE, ASK_BACK, "ask_term", "what_if", "request_demo", "greet"})
"""Readings that a plain answer to the open question overrules."""


def a_command_is_text(heard: Heard) -> Optional[str]:
    """It looks like a command and is none: what users type is text."""
    typed = heard.text.startswith("/") or heard.intent in LOSING and COMMAND.search(heard.text)
    return OUT_OF_SCOPE if typed else None


def losing_has_to_be_said(heard: Heard) -> Optional[str]:
    """病人会回头再来 tells a fact, gibberish tells nothing: what loses facts has to be sure."""
    if heard.intent not in LOSING or mentions(heard.text, grammar()["losing"]):
        return None
    if heard.told and not heard.asks:
        return "inform"
    return OUT_OF_SCOPE if heard.confidence < SURE_TO_LOSE else None


def a_number_under_a_premise(heard: Heard) -> Optional[str]:
    """那如果是四千万呢, 那总预算400万呢."""
    supposes = heard.supposes_a_number or heard.wonders and not heard.answers
    return "what_if" if heard.advised and supposes else None


def a_bare_follow_up(heard: Heard) -> Optional[str]:
    return heard.topic if heard.is_bare_follow_up and not heard.supposes else None


def a_premise_after_the_advice(heard: Heard) -> Optional[str]:
    return "what_if" if heard.advised and heard.intent in TELLING_OR_ASKING and heard.supposes else None


def a_correction(heard: Heard) -> Optional[str]:
    return "inform" if heard.intent in CORRECTING and heard.corrects else None


def no_premise_without_a_word_of_it(heard: Heard) -> Optional[str]:
    plain = bool(heard.told) and not (heard.supposes or heard.asks or heard.tries_out)
    return "inform" if heard.intent == "what_if" and plain else None


def no_premise_without_a_fact(heard: Heard) -> Optional[str]:
    """把那几条再说细点: with nothing supposed it goes on with what was advised."""
    nothing_supposed = heard.intent == "what_if" and not heard.facts and not heard.tries_out and heard.confidence < SURE_TO_ACT
    return heard.topic if heard.advised and nothing_supposed else None


def an_uncertain_act(heard: Heard) -> Optional[str]:
    """还是搞吧: in a conversation what hardly looks like a greeting or a wish, and asks nothing, is an answer in words of no list.

    What asks something, and hardly one of the four, is no goodbye: 堵在路上了，你那边堵不堵.
    """
    hardly = heard.intent in ACTS and heard.confidence < SURE_TO_ACT
    if heard.topic is None or not hardly:
        return None
    if heard.asks:
        return OUT_OF_SCOPE if heard.intent in COURTESIES and ours(heard.ranking) < AT_ALL_LIKELY else None
    return "inform" if heard.told or heard.asked else OUT_OF_SCOPE


def a_farewell(heard: Heard) -> Optional[str]:
    """多谢，再会: whoever thanks and goes, goes."""
    return "goodbye" if heard.intent == "thanks" and pattern("farewell").search(heard.text) else None


def who_else_sees_it(heard: Heard) -> Optional[str]:
    """What becomes of a figure is asked before it is told."""
    return "ask_term" if heard.topic and heard.intent not in QUESTIONS and heard.asks_about_privacy else None


def an_answer_to_the_question_asked(heard: Heard) -> Optional[str]:
    if not heard.answers:
        return None
    plain = not heard.asks and (heard.intent in YIELDING or heard.tells_only)
    return "inform" if heard.intent in ANYHOW_TOLD or plain else None


def not_known(heard: Heard) -> Optional[str]:
    asks_nothing_new = not heard.asks and (heard.intent in UNDECIDED or heard.intent == heard.topic)
    return "unsure" if heard.leaves_open and (asks_nothing_new or heard.ends_open) else None


def a_lack_told(heard: Heard) -> Optional[str]:
    """At the opening, or after the advice on another question: only then is a lack told as what is wanted."""
    if heard.intent not in ("inform", ASK_BACK, "plan_budget"):
        return None
    if heard.topic is None and heard.intent != "plan_budget":
        return "budget_shortfall" if heard.lacks else None
    settled = heard.topic is None or heard.advised
    lacks_anew = settled and heard.topic != "budget_shortfall" and not heard.supposes and heard.lacks_in_figures
    return "budget_shortfall" if lacks_anew else None


def one_of_two_readings(heard: Heard) -> Optional[str]:
    """Asked back are the two unless a plain word stands for one alone (见底了咋整), or the likelier is under way."""
    if heard.intent != ASK_BACK:
        return None
    spoken_for = [name for name in heard.offered if is_spoken_for(name, heard.text)]
    if len(spoken_for) == 1:
        return spoken_for[0]
    return heard.topic if heard.offered[0] == heard.topic else None


def an_answer_in_words_that_no_list_holds(heard: Heard) -> Optional[str]:
    """啲人行過買, asked for the business model: between two questions, and no question."""
    between_two = heard.intent == ASK_BACK and set(heard.offered) <= set(QUESTIONS)
    return "inform" if heard.asked and between_two and not heard.asks else None


def no_turn_without_a_question(heard: Heard) -> Optional[str]:
    """没单独留过, 等下来客人了: while a fact is asked, what asks nothing leaves the question under way only where it is sure."""
    turns = heard.intent in TURNING - {heard.topic} and not heard.lacks and not heard.lacks_in_figures
    if not heard.asked or not turns or heard.asks:
        return None
    merely_tells = heard.intent in QUESTIONS and bool(heard.told) and not is_spoken_for(heard.intent, heard.text)
    if heard.confidence >= SURE_TO_TURN and not merely_tells:
        return None
    return "inform" if heard.intent in QUESTIONS or heard.told else OUT_OF_SCOPE


def she_goes_on_telling(heard: Heard) -> Optional[str]:
    """Uncertain readings of facts while a question is under way, and facts that its evaluation alone asks for."""
    if not heard.topic or heard.asks or not heard.told:
        return None
    of_evaluation = len(heard.told & OF_EVALUATION) >= 2 or bool(heard.told & CHECKS)
    evaluated = heard.topic == "evaluate_budget" and of_evaluation and heard.intent in QUESTIONS
    return "inform" if evaluated or heard.intent in (ASK_BACK, OUT_OF_SCOPE) else None


def was_it_worth_it(heard: Heard) -> Optional[str]:
    """Whether the money told as spent was worth it, and no proportion, is asked."""
    if heard.intent not in ("inform", ASK_BACK, "budget_share") or heard.supposes or "spent" not in heard.told:
        return None
    words = project_lexicon()["roles"]
    judged = mentions(heard.text, words["judging"]) and not mentions(heard.text, words["share_asked"])
    return "evaluate_budget" if judged else None


def a_question_beside_facts(heard: Heard) -> Optional[str]:
    """It wins over merely telling them, where it is at all likely.

    A long list of facts makes a message look told; 评估一下 at its beginning or 值吗 at its end is what is wanted.
    """
    if heard.intent not in ("inform", ASK_BACK) or not heard.asks or heard.supposes:
        return None
    readings = [entry["name"] for entry in heard.ranking if entry["name"] != ASK_BACK][:2]
    questions = [name for name in readings if name in QUESTIONS]
    beside_facts = "inform" in readings and len(questions) == 1
    return questions[0] if beside_facts and ours(heard.ranking) >= AT_ALL_LIKELY else None


def nothing_but_facts(heard: Heard) -> Optional[str]:
    of_customers = len({fact.name for fact in heard.facts} & OF_CUSTOMERS) >= 2 and not heard.asks
    return "inform" if heard.intent in (OUT_OF_SCOPE, ASK_BACK) and (heard.tells_only or of_customers) else None


RULES: tuple[Rule, ...] = (
    a_command_is_text,
    losing_has_to_be_said,
    a_number_under_a_premise,
    a_bare_follow_up,
    a_premise_after_the_advice,
    a_correction,
    no_premise_without_a_word_of_it,
    no_premise_without_a_fact,
    an_uncertain_act,
    a_farewell,
    who_else_sees_it,
    an_answer_to_the_question_asked,
    not_known,
    a_lack_told,
    one_of_two_readings,
    an_answer_in_words_that_no_list_holds,
    no_turn_without_a_question,
    she_goes_on_telling,
    was_it_worth_it,
    a_question_beside_facts,
    nothing_but_facts,
)


def is_spoken_for(question: Optional[str], text: str) -> bool:
    """Does a plain word stand for one of the four questions?"""
    roles = project_lexicon()["roles"]
    words = {
        "plan_budget": grammar()["laid_out"],
        "budget_shortfall": roles["lacking"],
        "evaluate_budget": roles["judging"],
        "budget_share": roles["share_asked"],
    }
    asks_a_proportion = question == "budget_share" and pattern("proportion").search(text) is not None
    return asks_a_proportion or mentions(text, words.get(question or "", ()))


def decided(heard: Heard) -> Optional[str]:
    """The intent that the conversation gives a message, ``None`` where it leaves it as it was read."""
    return next((intent for intent in (rule(heard) for rule in RULES) if intent is not None), None)


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=False)
class FollowUp(GraphComponent):
    """The last word on the intent, where the conversation has it."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> "FollowUp":
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            intent = decided(Heard.of(message))
            if intent is not None:
                set_intent(message, intent, 1.0)
        return messages
