"""10,000 generated and hostile bodies to a server of its own: an answer each time, no 5xx, no lost fact."""

from __future__ import annotations

import argparse
import collections
import json
import random
import sys
import tempfile
from pathlib import Path

import httpx
from rich.console import Console

from tests.server import running_server

SEEDS = (
    "", " ", "\x00\x01\x1b[2J", "😀👨‍👩‍👧‍👦🇨🇳", "\u202eإنجليزي\u202c", "'; DROP TABLE tracker_events; --", "<img src=x onerror=alert(1)>",
    "{{7*7}}", "${jndi:ldap://x}", "/restart", '/inform{"total_budget": 1}', "../../etc/passwd", "%s%n", "预算", "-1", "1e309",
    "NaN", "∞元", "零点零零万", "亿亿亿亿", "9" * 400, "一" * 300, "占" * 50, "\ufeff", "\u200b" * 30, "𠮷野家", "a\u0301" * 40, "٣٠ألف",
    "总预算-50万", "毛利率300%", "客户管理预算" * 40, "null", "true", "[](x)", "[开店](industry)", "```", "\r\n\r\n", "SELECT 1",
)  # fmt: skip
SHAPES = ("null", "[]", '"x"', "{", '{"message": 1}', '{"message": null, "sender": "x"}', "[" * 3000 + "]" * 3000, '{"a":' * 2000)
SENDERS = 50
FACT = "开奶茶店的，客户管理预算怎么定"


def body(chance: random.Random, sender: str) -> str:
    """One body: mostly a message made of hostile pieces, now and then no message at all."""
    if chance.random() < 0.1:
        return chance.choice(SHAPES)
    pieces = [chance.choice(SEEDS) if chance.random() < 0.8 else chr(chance.randrange(1, 0xD7FF)) for _ in range(chance.randint(1, 4))]
    text = "".join(pieces)
    if chance.random() < 0.01:
        text *= 100_000 // max(1, len(text))
    if chance.random() < 0.02:
        return '{"sender": "%s", "message": "\\ud83d\\ude"}' % sender
    if chance.random() < 0.02:
        return '{"sender": "%s", "message": "\\ud83d%s"}' % (sender, "预算")
    return json.dumps({"sender": sender, "message": text})


def main() -> None:
    """Count what came back; ends with 1 where something was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    arguments = parser.parse_args()
    chance = random.Random(20261124)
    statuses: collections.Counter[int] = collections.Counter()
    unanswered = lost = 0
    with tempfile.TemporaryDirectory() as folder, running_server(f"sqlite:///{Path(folder) / 'advisor.db'}") as address:
        with httpx.Client(base_url=address, timeout=60) as client:
            senders = [f"hostile-{number}" for number in range(SENDERS)]
            for sender in senders:
                client.post("/webhooks/rest/webhook", json={"sender": sender, "message": FACT}).raise_for_status()
            for number in range(arguments.count):
                response = client.post("/webhooks/rest/webhook", content=body(chance, senders[number % SENDERS]).encode())
                statuses[response.status_code] += 1
                unanswered += not response.json()
            for sender in senders:
                slots = client.get(f"/conversations/{sender}/tracker").json()["slots"]
                lost += slots["industry"] != "service"
    failed = sum(times for status, times in statuses.items() if status >= 500)
    found = f"{failed} of 5xx, {unanswered} without an answer, {lost} lost facts"
    Console().print(f"{arguments.count} bodies: statuses {dict(statuses)}, {found}")
    sys.exit(1 if failed or unanswered or lost else 0)


if __name__ == "__main__":
    main()
