"""What only the conversation decides: a bare follow-up, and a short answer to the question that the advisor asked."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Mapping, Optional, Sequence

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from nlu.context import DIALOGUE
from nlu.fact import Fact
from nlu.fact_reader import FACTS
from nlu.features import asks_something
from nlu.gate import ASK_BACK, OUT_OF_SCOPE, QUESTIONS, Ranking, ours, set_intent
from nlu.intents import RANKING
from nlu.lexicon import LEXICON_DIRECTORY, project_lexicon, read_yaml
from nlu.normalise import NORMALISED
from nlu.roles import KINDS_OF_SLOT, role_reader

COMMAND = re.compile(r"(?<![:/])/[a-z_]{3,}")
LOSING = frozenset({"restart", "delete_my_data"})
"""Wishes that lose facts: a command typed somewhere in a message does not speak them."""
SURE_TO_LOSE = 0.7
"""Probability from which such a wish counts without a word of it."""
SURE_TO_TURN = 0.75
"""Probability from which another question, or the wish for a person, is taken up while a fact is asked and nothing is asked back."""
PUNCTUATION = re.compile(r"[\W_]+")
CHANGES = frozenset({"factor", "delta"})
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
ANYHOW_TOLD = frozenset({ASK_BACK, "what_if"})
"""Readings that an answer to the open question overrules though it looks like a question: 扩张呢，整了俩分店."""
TURNING = frozenset({*QUESTIONS, "talk_to_human"})
"""Readings that leave the question under way."""
YIELDING = frozenset({*QUESTIONS, OUT_OF_SCOPE, ASK_BACK, "ask_term", "what_if", "request_demo", "greet"})
"""Readings that a plain answer to the open question overrules."""


@lru_cache(maxsize=1)
def grammar() -> Mapping[str, Any]:
    return read_yaml(LEXICON_DIRECTORY / "follow_up.yml")


def is_bare_follow_up(text: str) -> bool:
    """Does the message mean something only after the question before it?"""
    bare = PUNCTUATION.sub("", text)
    if bare in {PUNCTUATION.sub("", str(word)) for word in grammar()["bare"]} or re.search(grammar()["details"], text):
        return True
    short = len(bare) <= grammar()["longest"]
    return short and bare.startswith(tuple(grammar()["opens"])) and bare.endswith(tuple(grammar()["ends"]))


def tells(facts: Sequence[Fact], asked: Optional[str]) -> bool:
    """Is the fact that was asked for in the message, or for the stage the years that do not decide it?"""
    names = {asked, "years_in_business"} if asked == "stage" else {asked}
    return asked is not None and any(fact.name in names and not fact.supposed for fact in facts)


def supposes(facts: Sequence[Fact]) -> bool:
    """Is something said under a premise, and nothing told beside it?"""
    supposed = [fact.supposed or fact.name in CHANGES for fact in facts if fact.name != "number"]
    return bool(supposed) and all(supposed)


def supposes_a_number(text: str, facts: Sequence[Fact]) -> bool:
    """那如果是四千万呢: a number of nothing named, under a premise."""
    nameless = bool(facts) and all(fact.name == "number" for fact in facts)
    return nameless and re.match(grammar()["premise"], text) is not None


def corrects_only(facts: Sequence[Fact]) -> bool:
    """Is something corrected, and nothing supposed?"""
    return any(fact.corrects for fact in facts) and not any(fact.supposed or fact.name in CHANGES for fact in facts)


def takes_back(text: str, facts: Sequence[Fact]) -> bool:
    """Is it said that something was wrong (再改一下), and a fact told for sure, with no question?"""
    words = correcting_words()
    return bool(told_names(facts)) and not supposes(facts) and not asks(text) and any(word in text for word in words)


@lru_cache(maxsize=1)
def correcting_words() -> frozenset[str]:
    """Words of correction that do not also move a figure to another (改成)."""
    words = read_yaml(LEXICON_DIRECTORY / "corrections.yml")
    return frozenset(map(str, words["takes_back"])) - frozenset(map(str, words["moved_to"]))


def leaves_open(text: str, facts: Sequence[Fact], asked: Optional[str]) -> bool:
    """Does she say that she does not know the fact that was asked for?

    Beside facts a clause has to end with it, and may not be of another number (总预算不清楚，新客80个).
    """
    if asked is None or tells(facts, asked) or not facts:
        return asked is not None and not facts and any(word in text for word in grammar()["unknown"])
    clauses = [match.group() for match in not_known(ends=True).finditer(text)]
    return any(roles_named(clause) <= {asked} for clause in clauses)


def roles_named(clause: str) -> set[str]:
    """The numbers that a clause names."""
    return {cue.role for cue in role_reader(project_lexicon()).context(clause).cues if cue.role in KINDS_OF_SLOT and cue.side == "any"}


@lru_cache(maxsize=2)
def not_known(ends: bool = False) -> re.Pattern[str]:
    """A clause up to a word of not knowing; with ``ends`` one that ends with it."""
    unknown = "|".join(re.escape(str(word)) for word in grammar()["unknown"])
    end = rf"(?={grammar()['particles']}*(?:[,，。;；!！\s]|$))" if ends else ""
    return re.compile(rf"[^,，。;；!！?？]{{0,20}}?(?:{unknown}){end}")


@lru_cache(maxsize=1)
def privacy() -> re.Pattern[str]:
    """What is asked before a figure is told: who else sees it."""
    return re.compile(grammar()["privacy"])


@lru_cache(maxsize=1)
def no_question() -> re.Pattern[str]:
    """Words of a question in what asks nothing."""
    return re.compile(grammar()["no_question"])


def asks(text: str) -> bool:
    """Is there a question in the message? 需要多少说不清 and 谁家也不会买两回 ask nothing, 不清楚该怎么定 does."""
    return asks_something(no_question().sub("", not_known().sub("", text)))


def tries_out(text: str) -> bool:
    """Is there a word of trying another figure, where no premise is read (客户数改成五千试试)?"""
    return re.search(grammar()["tries_out"], text) is not None


def is_sure(message: Message) -> bool:
    """Is the reading probable enough to leave what is asked?"""
    return float(message.get(INTENT)["confidence"]) >= SURE_TO_TURN


def speaks_of_losing(text: str) -> bool:
    """Is there a word of starting afresh or of deleting?"""
    return any(word in text for word in grammar()["losing"])


def ends_open(text: str) -> bool:
    """Is not knowing the last thing that she says? 预算多少说不清 asks nothing, 不清楚该怎么定 does."""
    return PUNCTUATION.sub("", text).endswith(tuple(grammar()["unknown"]))


def tells_only(facts: Sequence[Fact], text: str) -> bool:
    """Nothing is asked, and most of the message are facts."""
    covered = sum(fact.end - fact.start for fact in facts if fact.name not in ("number", *CHANGES))
    return bool(facts) and not asks(text) and covered * 2 >= len(PUNCTUATION.sub("", text))


def told_names(facts: Sequence[Fact]) -> set[str]:
    """The facts that are told for sure."""
    return {fact.name for fact in facts if not fact.supposed and not fact.guess and fact.name not in ("number", *CHANGES)}


def goes_on_telling(intent: Optional[str], topic: str, facts: Sequence[Fact]) -> bool:
    """Facts told without a question, while one is under way: uncertain readings, and facts that its evaluation alone asks for."""
    told = told_names(facts)
    of_evaluation = topic == "evaluate_budget" and (len(told & OF_EVALUATION) >= 2 or bool(told & CHECKS))
    return bool(told) and intent in (ASK_BACK, OUT_OF_SCOPE) or of_evaluation and intent in QUESTIONS


def judges_spending(text: str, facts: Sequence[Fact]) -> bool:
    """Is it asked whether the money told as spent was worth it, and no proportion?"""
    words = project_lexicon()["roles"]
    judged = any(word in text for word in words["judging"]) and not any(word in text for word in words["share_asked"])
    return judged and "spent" in told_names(facts)


def lacks(text: str, facts: Sequence[Fact]) -> bool:
    """Is the customer budget told to be too little, in words or by what is needed?"""
    told = told_names(facts)
    if "customer_budget" not in told or not told & {"needed", "gap", "spent"}:
        return False
    return lacks_in_figures(facts) or says_too_little(text)


def says_too_little(text: str) -> bool:
    """Is there a word of lack (见底, 不够)?"""
    return any(word in text for word in project_lexicon()["roles"]["lacking"])


def settled_by_words(message: Message, text: str) -> Optional[str]:
    """Of two readings asked back the one for which a plain word stands, and none for the other: 见底了咋整, 那12万怎么分配."""
    offered = [entry["name"] for entry in message.get(RANKING)[1:3]]
    spoken_for = [name for name in offered if is_spoken_for(name, text)]
    return spoken_for[0] if len(spoken_for) == 1 else None


def is_spoken_for(question: Optional[str], text: str) -> bool:
    """Does a plain word stand for one of the four questions?"""
    roles = project_lexicon()["roles"]
    words = {
        "plan_budget": grammar()["laid_out"],
        "budget_shortfall": roles["lacking"],
        "evaluate_budget": roles["judging"],
        "budget_share": roles["share_asked"],
    }
    return any(word in text for word in words.get(question or "", ()))


def under_way(message: Message, dialogue: Mapping[str, Any]) -> Optional[str]:
    """The question under way, where it is the likelier of two readings asked back."""
    likelier, topic = message.get(RANKING)[1]["name"], dialogue.get("topic")
    return str(topic) if likelier == topic else None


def lacks_in_figures(facts: Sequence[Fact]) -> bool:
    """Is more needed than the customer budget holds (砍到10万了，按理得16万)?"""
    told = {fact.name: fact.value for fact in facts if fact.name in told_names(facts)}
    budget, needed = told.get("customer_budget"), told.get("needed")
    return isinstance(needed, Decimal) and isinstance(budget, Decimal) and needed > budget


def question_beside_facts(ranking: Ranking) -> Optional[str]:
    """The question that stands beside facts: it wins over merely telling them, where it is at all likely.

    A long list of facts makes a message look told; 评估一下 at its beginning or 值吗 at its end is what is wanted.
    """
    readings = [entry["name"] for entry in ranking if entry["name"] != ASK_BACK][:2]
    questions = [name for name in readings if name in QUESTIONS]
    return questions[0] if "inform" in readings and len(questions) == 1 and ours(ranking) >= AT_ALL_LIKELY else None


def tells_of_customers(facts: Sequence[Fact], text: str) -> bool:
    """Nothing is asked, and several facts are about her customers and what they cost."""
    return not asks(text) and len({fact.name for fact in facts} & OF_CUSTOMERS) >= 2


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
            intent = self._decided(message)
            if intent is not None:
                set_intent(message, intent, 1.0)
        return messages

    @staticmethod
    def _begins_to_lack(intent: str, text: str, facts: Sequence[Fact], dialogue: Mapping[str, Any]) -> bool:
        """At the opening, or after the advice on another question: only then is a lack told as what is wanted."""
        topic = dialogue.get("topic")
        if topic is None and intent != "plan_budget":
            return lacks(text, facts)
        settled = topic is None or dialogue.get("advised", False)
        return settled and topic != "budget_shortfall" and not supposes(facts) and lacks_in_figures(facts)

    def _decided(self, message: Message) -> Optional[str]:
        text, facts = message.get(NORMALISED).text, message.get(FACTS) or ()
        dialogue = message.get(DIALOGUE) or {}
        intent = (message.get(INTENT) or {}).get("name")
        asked = dialogue.get("asked")
        if text.startswith("/") or intent in LOSING and COMMAND.search(text):
            # It looks like a command and is none: what users type is text.
            return OUT_OF_SCOPE
        if intent in LOSING and not speaks_of_losing(text):
            # 病人会回头再来 tells a fact, gibberish tells nothing: what loses facts has to be sure.
            if told_names(facts) and not asks(text):
                return "inform"
            if message.get(INTENT)["confidence"] < SURE_TO_LOSE:
                return OUT_OF_SCOPE
        if dialogue.get("advised") and supposes_a_number(text, facts):
            return "what_if"
        if dialogue.get("topic") and is_bare_follow_up(text) and not supposes(facts):
            return str(dialogue["topic"])
        if dialogue.get("advised") and intent in TELLING_OR_ASKING and supposes(facts):
            return "what_if"
        if intent in CORRECTING and (corrects_only(facts) or takes_back(text, facts)):
            return "inform"
        if intent == "what_if" and told_names(facts) and not supposes(facts) and not asks(text) and not tries_out(text):
            return "inform"
        if dialogue.get("topic") and intent not in QUESTIONS and privacy().search(text):
            return "ask_term"
        if tells(facts, asked) and (intent in ANYHOW_TOLD or not asks(text) and (intent in YIELDING or tells_only(facts, text))):
            return "inform"
        asks_nothing_new = intent in UNDECIDED or intent == dialogue.get("topic") and not asks(text)
        if leaves_open(text, facts, asked) and (asks_nothing_new or ends_open(text)):
            return "unsure"
        if intent in ("inform", ASK_BACK, "plan_budget") and self._begins_to_lack(intent, text, facts, dialogue):
            return "budget_shortfall"
        if intent == ASK_BACK:
            settled = settled_by_words(message, text) or under_way(message, dialogue)
            if settled is not None:
                return settled
            if asked and not asks(text) and {entry["name"] for entry in message.get(RANKING)[1:3]} <= set(QUESTIONS):
                return "inform"  # 啲人行過買: an answer in words that no list holds
        turns = intent in TURNING - {dialogue.get("topic")} and not lacks(text, facts) and not lacks_in_figures(facts)
        merely_tells = intent in QUESTIONS and bool(told_names(facts)) and not is_spoken_for(intent, text)
        if asked and turns and not asks(text) and (merely_tells or not is_sure(message)):
            # 没单独留过, 等下来客人了: an answer in words that no list holds, or nothing to do with it.
            return "inform" if intent in QUESTIONS or told_names(facts) else OUT_OF_SCOPE
        if dialogue.get("topic") and not asks(text) and goes_on_telling(intent, str(dialogue["topic"]), facts):
            return "inform"
        if intent in ("inform", ASK_BACK, "budget_share") and judges_spending(text, facts) and not supposes(facts):
            return "evaluate_budget"
        if intent in ("inform", ASK_BACK) and asks(text) and not supposes(facts):
            question = question_beside_facts(message.get(RANKING))
            if question is not None:
                return question
        if intent in (OUT_OF_SCOPE, ASK_BACK) and (tells_only(facts, text) or tells_of_customers(facts, text)):
            return "inform"
        return None
