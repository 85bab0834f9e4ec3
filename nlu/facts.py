"""All facts of one message: numbers, categories, yes-or-no facts and contacts."""

from __future__ import annotations

from decimal import Decimal
from typing import Mapping, Optional, Sequence

from nlu.amounts import read_amounts
from nlu.business_models import model_reader
from nlu.checks import check_reader
from nlu.contacts import blanked, contact_reader
from nlu.drafts import Asked
from nlu.fact import Fact
from nlu.lexicon import Lexicon
from nlu.meanings import meaning_reader
from nlu.quantities import quantity_reader
from nlu.remainders import remainder_reader
from nlu.speakers import speaker_reader
from nlu.stages import stage_reader
from nlu.suppositions import supposition_reader
from nlu.trades import SimilarTrade, trade_reader
from nlu.unknowns import unknown_reader

# What is read of a longer text; a message of a person is far shorter, and work stays bounded.
MAX_CHARACTERS = 4000


def read_facts(
    text: str,
    asked: Optional[str],
    lexicon: Lexicon,
    topic: Optional[str] = None,
    similar: Optional[SimilarTrade] = None,
    this_year: Optional[int] = None,
    another: bool = False,
    told: Optional[Mapping[str, Decimal]] = None,
    known: Optional[Mapping[str, Decimal]] = None,
) -> list[Fact]:
    """Facts of a normalised text (NFKC, lower case, simplified) by place.

    ``asked`` is the slot that the advisor waits for, ``topic`` the question under way (intent names), ``similar``
    guesses an industry where the lexicon is silent, ``this_year`` turns a year of foundation into an age. ``another``: she
    turned to another company, which may be somebody else's; ``told``: the numbers of her last message by slot, ``known``: all.
    Beyond :data:`MAX_CHARACTERS` nothing is read.
    """
    text = text[:MAX_CHARACTERS]
    contacts = contact_reader(lexicon).read(text)
    rest = blanked(text, contacts) if contacts else text
    rest = meaning_reader(lexicon).without_terms(rest)
    rest = speaker_reader(lexicon).as_hers(rest, another)
    amounts = read_amounts(rest, lexicon)
    state = Asked(asked, topic, told or {}, known or {})
    facts = quantity_reader(lexicon).read(rest, amounts, state)
    facts += remainder_reader(lexicon).used_up(rest, facts, state)
    stages = apart_from(facts, stage_reader(lexicon).read(rest, amounts, asked, this_year))
    models = model_reader(lexicon).read(rest, None if asked == "stage" and (stages or facts) else asked)
    facts = outside(facts, models)
    models = of_returning(facts, models, asked)
    facts += stages + models + check_reader(lexicon).read(rest, asked)
    facts += trade_reader(lexicon).read(rest, asked, None if facts else similar)
    facts = supposition_reader(lexicon).marked(facts, text, asked)
    facts += unknown_reader(lexicon).read(rest, {fact.name for fact in facts})
    return sorted([*contacts, *facts], key=lambda fact: (fact.start, fact.end))


def of_returning(facts: Sequence[Fact], models: Sequence[Fact], asked: Optional[str]) -> list[Fact]:
    """一年买两次，中秋一次过年一次: whoever buys again within a year buys not once; asked what the business lives on, that tells it."""
    again = [fact for fact in facts if fact.name == "orders_per_year" and isinstance(fact.value, Decimal) and fact.value > 1]
    kept = [model for model in models if not (again and model.value == "one_time")]
    if kept or len(again) < len(facts) or not again or asked != "business_model":
        return kept  # beside other facts it is one of a list, and no answer
    return [Fact("business_model", "repeat", again[0].start, again[0].end)]


def apart_from(facts: Sequence[Fact], stages: Sequence[Fact]) -> list[Fact]:
    """一般留1.5年: the years that a customer stays are not her company's."""
    taken = [(fact.start, fact.end) for fact in facts if fact.name == "customer_lifetime_years"]
    return [stage for stage in stages if not any(start < stage.end and stage.start < end for start, end in taken)]


def outside(facts: Sequence[Fact], models: Sequence[Fact]) -> list[Fact]:
    """一年签一次合同 tells how customers pay, and no number of orders; 一年来买五次 of those who come back tells both."""
    spans = [(model.start, model.end) for model in models if model.value != "repeat"]
    return [fact for fact in facts if not any(start <= fact.start and fact.end <= end for start, end in spans)]
