"""From the YAML files to :class:`~knowledge.model.Knowledge`: read, checked against the schema and against each other."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence

import jsonschema
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from knowledge.errors import KnowledgeError
from knowledge.model import (
    Category,
    CheckKnowledge,
    Figure,
    Introduction,
    Item,
    Knowledge,
    MeasureKnowledge,
    Product,
    Published,
    Questions,
    Reason,
    Source,
    Split,
    Step,
    Term,
)

FILES = (
    "about",
    "evaluation",
    "glossary",
    "introduction",
    "limits",
    "plan",
    "questions",
    "reasons",
    "shares",
    "shortfall",
    "sources",
)
SCHEMA = Path(__file__).parent / "schema.json"
CATEGORIES: tuple[Category, ...] = ("people", "tools", "marketing")

Document = dict[str, Any]
Place = tuple[Any, ...]


def load(directory: Path, day: Optional[date] = None) -> Knowledge:
    """The knowledge of ``directory`` as it is on ``day`` (default: its latest figures)."""
    return build(read(directory), day or date.max)


def read(directory: Path) -> Document:
    """All files as plain JSON values, checked; the first fault raises :class:`KnowledgeError`."""
    document: Document = {}
    marked: dict[str, Any] = {}
    for name in FILES:
        path = directory / f"{name}.yml"
        marked[name] = read_file(path)
        document[name] = plain(marked[name])
    check_schema(directory, document, marked)
    check_references(directory, document, marked)
    return document


def read_file(path: Path) -> Any:
    """One file with the line of every value kept."""
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KnowledgeError(path, None, "the file is missing", "restore it from version control") from None
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, None, f"it is not UTF-8 ({error.reason})", "save it as UTF-8") from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise KnowledgeError(path, line, f"it is not YAML: {error.problem}", "mend the indentation, quote or bracket there") from None


def plain(value: Any) -> Any:
    """JSON values: mappings, lists, text, numbers; a date as its text."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bool, int)) or value is None:
        return value
    return float(value) if isinstance(value, float) else str(value)


def check_schema(directory: Path, document: Document, marked: Mapping[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    errors = jsonschema.Draft7Validator(schema).iter_errors(document)
    first = min(errors, key=lambda error: [str(step) for step in error.absolute_path], default=None)
    if first is None:
        return
    deepest = jsonschema.exceptions.best_match([first]) or first
    place = tuple(deepest.absolute_path)
    raise fault(directory, marked, place, deepest.message, "change it to what knowledge/schema.json allows there")


def check_references(directory: Path, document: Document, marked: Mapping[str, Any]) -> None:
    """What a schema cannot say: names that lead somewhere, ranges in order, sums of a hundred."""
    sources = document["sources"]["sources"]
    for place, entry in mappings(document):
        source = entry.get("source")
        if source is not None and source not in sources:
            remedy = "add it to sources.yml or name one that is there"
            raise fault(directory, marked, place, f"there is no source '{source}'", remedy)
        low, high = entry.get("low"), entry.get("high")
        if low is not None and high is not None and low > high:
            raise fault(directory, marked, place, f"low {low} is above high {high}", "exchange them or mend the wrong one")
        note = entry.get("note")
        if place[:2] == ("shares", "shares") and note is not None and note not in document["shares"]["notes"]:
            raise fault(directory, marked, place, f"there is no note '{note}'", "add it under notes: in shares.yml")
    items = document["plan"]["items"]
    for stage, split in document["plan"]["split"].items():
        percents = [percent for category in CATEGORIES for percent in split[category].values()]
        unknown = [item for category in CATEGORIES for item in split[category] if item not in items]
        place = ("plan", "split", stage)
        if sum(percents) != 100:
            raise fault(directory, marked, place, f"the percentages sum to {sum(percents)}", "make them sum to 100")
        if unknown:
            raise fault(directory, marked, place, f"there is no item '{unknown[0]}'", "add it under items: in plan.yml")
    for name, measure in document["shortfall"]["measures"].items():
        unknown = [item for item in measure["lines"] if item not in items]
        if unknown:
            place = ("shortfall", "measures", name)
            raise fault(directory, marked, place, f"there is no item '{unknown[0]}'", "name an item of plan.yml")
    products = document["plan"]["products"]
    named = [product for size in document["plan"]["sizes"] for product in size["crm"]]
    for product in [*named, *document["plan"]["unknown_size"]["crm"], *document["plan"]["free_products"]["crm"]]:
        if product not in products:
            raise fault(directory, marked, ("plan", "sizes"), f"there is no product '{product}'", "add it under products:")


def mappings(value: Any, place: Place = ()) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Every mapping below ``value`` with the way to it."""
    if isinstance(value, Mapping):
        yield place, value
    children = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from mappings(child, (*place, key))


def fault(directory: Path, marked: Mapping[str, Any], place: Place, problem: str, remedy: str) -> KnowledgeError:
    """The error for the value at ``place``, with its line."""
    name = str(place[0]) if place else FILES[0]
    where = ".".join(str(step) for step in place[1:])
    named = f"{where}: {problem}" if where else problem
    return KnowledgeError(directory / f"{name}.yml", line_of(marked.get(name), place[1:]), named, remedy)


def line_of(value: Any, place: Place) -> Optional[int]:
    """The line (from 1) of the value at ``place``, or of the nearest one above it."""
    line: Optional[int] = None
    for step in place:
        marks = getattr(value, "lc", None)
        if marks is None or not hasattr(value, "__getitem__"):
            break
        try:
            line = (marks.key(step) if isinstance(value, Mapping) else marks.item(step))[0] + 1
            value = value[step]
        except (KeyError, IndexError, TypeError):
            break
    return line


def version_of(document: Document) -> str:
    """A short hash of all that the files say."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def at(value: Any, day: date) -> Any:
    """``value`` with every list of dated figures replaced by the one in force on ``day`` (the first where none is yet)."""
    if isinstance(value, list):
        dated = [entry for entry in value if isinstance(entry, Mapping) and "effective_from" in entry]
        if dated and len(dated) == len(value):
            ordered = sorted(dated, key=lambda entry: str(entry["effective_from"]))
            in_force = [entry for entry in ordered if str(entry["effective_from"]) <= day.isoformat()]
            return at(dict(in_force[-1] if in_force else ordered[0]), day)
        return [at(entry, day) for entry in value]
    if isinstance(value, Mapping):
        return {key: at(entry, day) for key, entry in value.items()}
    return value


def build(document: Document, day: date) -> Knowledge:
    """The typed knowledge of one day."""
    now = at(document, day)
    plan, evaluation, limits = now["plan"], now["evaluation"], now["limits"]["limits"]
    questions = now["questions"]
    return Knowledge(
        version=version_of(document),
        date=now["about"]["date"],
        sources={name: Source(id=name, **entry) for name, entry in now["sources"]["sources"].items()},
        shares={
            dimension: {value: figure(entry) for value, entry in values.items()}
            for dimension, values in now["shares"]["shares"].items()
        },
        share_notes=now["shares"]["notes"],
        splits={stage: split(entry) for stage, entry in plan["split"].items()},
        published=tuple(Published(entry["text"], entry["source"]) for entry in plan["published"]),
        category_names={name: entry["name"] for name, entry in plan["categories"].items()},
        items=items(plan),
        products={name: product(name, entry) for name, entry in plan["products"].items()},
        crm_by_size=tuple((size["up_to"], tuple(size["crm"])) for size in plan["sizes"]),
        crm_unknown_size=tuple(plan["unknown_size"]["crm"]),
        crm_free=tuple(plan["free_products"]["crm"]),
        wage=figure_of(plan["wage"]),
        seasons={industry: tuple(entry["months"]) for industry, entry in plan["seasons"].items()},
        execution=tuple(plan["execution"]),
        calendar=tuple(Step(entry["when"], entry["what"]) for entry in plan["calendar"]),
        warnings={**plan["warnings"], **evaluation["warnings"]},
        measures=tuple(measure(name, entry) for name, entry in now["shortfall"]["measures"].items()),
        checks={name: check(name, entry) for name, entry in evaluation["checks"].items()},
        verdicts=evaluation["verdicts"],
        limits={name: decimal(entry["value"]) for name, entry in limits.items() if isinstance(entry, Mapping)},
        question_orders={
            topic: Questions(tuple(order["first"]), tuple(order["then"]), questions["limit"], questions["patience"])
            for topic, order in questions["questions"].items()
        },
        reasons={name: Reason(**{**entry, "words": tuple(map(str, entry["words"]))}) for name, entry in now["reasons"]["reasons"].items()},
        terms={name: term(entry) for name, entry in now["glossary"]["terms"].items()},
        introductions={
            name: Introduction(entry["text"], tuple(entry["words"]), entry["source"])
            for name, entry in now["introduction"]["introduction"].items()
        },
    )


def decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def figure(entry: Optional[Mapping[str, Any]]) -> Optional[Figure]:
    return None if entry is None else figure_of(entry)


def figure_of(entry: Mapping[str, Any]) -> Figure:
    """One figure; numbers become exact by way of their text."""
    numbers = {name: decimal(entry[name]) for name in ("value", "low", "high") if entry.get(name) is not None}
    return Figure(
        unit=entry["unit"],
        source=entry["source"],
        worth=entry["worth"],
        derived=entry.get("derived"),
        note=entry.get("note"),
        **numbers,
    )


def split(entry: Mapping[str, Any]) -> Split:
    percents = {item: decimal(percent) for category in CATEGORIES for item, percent in entry[category].items()}
    return Split(percents, entry["source"], entry["worth"])


def items(plan: Mapping[str, Any]) -> dict[str, Item]:
    """Every item with the category under which the splits name it."""
    category_of = {item: category for category in CATEGORIES for item in plan["split"]["default"][category]}
    return {name: Item(name, category_of[name], entry["name"], entry["hint"]) for name, entry in plan["items"].items()}


def product(name: str, entry: Mapping[str, Any]) -> Product:
    return Product(name, entry["name"], decimal(entry["monthly_price_per_user"]), entry["users"], entry["source"])


def measure(name: str, entry: Mapping[str, Any]) -> MeasureKnowledge:
    texts: dict[str, str] = {key: entry[key] for key in ("name", "how", "needs", "risk", "source")}
    return MeasureKnowledge(
        id=name, items=tuple(entry["lines"]), effort=entry["effort"], saves=figure_of(entry["saves"]), **texts
    )


def check(name: str, entry: Mapping[str, Any]) -> CheckKnowledge:
    return CheckKnowledge(
        id=name,
        name=entry["name"],
        meaning=entry["meaning"],
        source=entry["source"],
        good=figure(entry.get("good")),
        warn=figure(entry.get("warn")),
        steps=entry["steps"],
    )


def term(entry: Mapping[str, Any]) -> Term:
    """A term is found by its other names and by its own name without what stands in brackets."""
    own_name = entry["name"].split("（")[0].lower()
    words: Sequence[str] = [own_name, *(word.lower() for word in entry["words"])]
    return Term(entry["name"], entry["text"], tuple(words), tuple(entry["facts"]))
