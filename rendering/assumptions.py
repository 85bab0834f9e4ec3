"""What an advice takes for granted, said plainly."""

from __future__ import annotations

from advice.results import EvaluationAdvice, PlanAdvice, ShortfallAdvice
from rendering.facts import fact_name
from rendering.report import Report


def assumptions(report: Report) -> list[str]:
    """Each in a sentence, only those that the advice rests on."""
    advice, knowledge, phrases = report.advice, report.knowledge, report.words.phrases
    found = [phrases.text("assumption.share")] if advice.share else []
    if advice.share is not None:
        notes = {entry.note: entry.dimension for entry in advice.share.basis if entry.note}
        found += [
            phrases.text("assumption.note", name=fact_name(dimension, phrases), note=knowledge.share_notes[note])
            for note, dimension in notes.items()
        ]
    if isinstance(advice, (PlanAdvice, ShortfallAdvice)):
        found.append(phrases.text("assumption.split", published=[entry.text for entry in knowledge.published]))
    if isinstance(advice, PlanAdvice):
        found.append(phrases.text("assumption.season"))
    if isinstance(advice, ShortfallAdvice):
        found.append(phrases.text("assumption.savings"))
    if isinstance(advice, EvaluationAdvice):
        found += [phrases.text("assumption.cac"), phrases.text("assumption.churn")]
    return found
