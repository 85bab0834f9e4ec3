"""Wishes that someone else fulfils, or that concern what is stored: a person, a demo, a report, deletion, a new company."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar, Optional

from actions.advising import advice_on
from actions.base import AdvisorAction
from actions.dialogue import TOPICS, Topic
from actions.pending import answer_pending, ask_pending, drop_wishes
from actions.questions import ask_topic, go_on
from actions.replies import mentions
from actions.reports import new_address
from actions.turn import Turn
from rendering.payload import payload


class Wish(AdvisorAction, ABC):
    """Keeps the wish at once and asks how she can be reached; her contact is kept only after her consent."""

    wish: ClassVar[str]

    def answer(self, turn: Turn) -> None:
        turn.dialogue.wish = self.wish
        turn.dialogue.pending = None
        turn.keep_wish(self.wish)
        turn.wait_for(None)
        turn.say(f"wish.{self.wish}", custom=self.structure(turn))

    def structure(self, turn: Turn) -> Optional[dict[str, Any]]:
        """What programs read beside the text."""
        return None


class TalkToHuman(Wish):
    """A person can always be had: here the wish is kept, and she is told what happens next."""

    intent = "talk_to_human"
    wish = "human"

    def structure(self, turn: Turn) -> Optional[dict[str, Any]]:
        return {"type": "handoff", "state": "waiting", "reason": "asked"}


class RequestDemo(Wish):
    """A trial, a demo, an appointment, or her contact left."""

    intent = "request_demo"
    wish = "demo"


class DownloadReport(AdvisorAction):
    """The result as files, at once; a contact that she leaves for it is kept after her consent."""

    intent = "download_report"

    def answer(self, turn: Turn) -> None:
        drop_wishes(turn)
        topic = latest_topic(turn)
        if topic is None:
            turn.lead_in("report.none_yet")
        else:
            turn.dialogue.wish = "report"
            structure = {**payload(advice_on(turn, topic, turn.facts)), "report_url": new_address(turn.services.settings)}
            turn.say("report.links", custom=structure, address=structure["report_url"], days=turn.services.settings.report_days)
        go_on(turn)


def latest_topic(turn: Turn) -> Optional[Topic]:
    """The question under way, where it was answered, else the one answered last."""
    if turn.dialogue.topic in turn.dialogue.advised:
        return turn.dialogue.topic
    return next((topic for topic in TOPICS if turn.dialogue.advised[-1:] == [topic]), None)


class DeleteMyData(AdvisorAction):
    """Everything that is stored of her, after one question."""

    intent = "delete_my_data"

    def take_facts(self, turn: Turn) -> None:
        """What is to be deleted is not added to."""

    def answer(self, turn: Turn) -> None:
        if turn.dialogue.is_pending("delete"):
            # Said again, it is the answer to "really everything?".
            answer_pending(turn, yes=not mentions(turn.text, turn.services.replies.no))
            turn.end_with_lead_in()
            return
        turn.dialogue.pending = {"kind": "delete"}
        ask_pending(turn)


class Restart(AdvisorAction):
    """Another company: its facts start empty, what was kept as a wish stays kept."""

    intent = "restart"

    def take_facts(self, turn: Turn) -> None:
        """Facts in the same message belong to the new company, and the question under way is asked for it."""
        topic = turn.dialogue.topic
        turn.forget_company()
        turn.dialogue.another = True
        super().take_facts(turn)
        if topic is not None and turn.changed_facts:
            turn.dialogue.open_topic(topic)

    def answer(self, turn: Turn) -> None:
        turn.lead_in("wish.restarted")
        if turn.changed_facts:
            go_on(turn)
        else:
            ask_topic(turn)
