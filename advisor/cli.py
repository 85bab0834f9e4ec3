"""The command line: ``advisor run | shell | train | test | bench | doctor | migrate | import-conversations``."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

import typer
from rich.console import Console

from advisor.settings import ROOT, Settings, SettingsError

app = typer.Typer(help="客户管理预算顾问: a Chinese advisor on customer-management budgets.", no_args_is_help=True)
console = Console()
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SANIC_BACKLOG": "512",
    "LOG_LEVEL": "WARNING",
    # One message is too little to share: a second thread only spins. Training shares its work by itself.
    "OPENBLAS_NUM_THREADS": "1",
}


def main() -> None:
    """Where the installed command begins."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=UserWarning)
    logging.basicConfig(level=os.environ["LOG_LEVEL"])
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    app()


def settings() -> Settings:
    try:
        return Settings.from_environment()
    except SettingsError as error:
        console.print(f"[red]{error}[/]")
        raise typer.Exit(2) from None


def ready_model(current: Settings) -> Path:
    """The model of the present data; trained now where there is none."""
    from advisor.model import ModelError, NoModel, train, trained_model

    try:
        return trained_model(current)
    except NoModel:
        console.print("Training the model from the present data (a minute or two, once) …")
        with console.status("training"):
            path = train(current)
        console.print(f"Trained {path.name}.")
        return path
    except ModelError as error:
        console.print(f"[red]model[/]: {error}")
        raise typer.Exit(1) from None


@app.command()
def run() -> None:
    """Start the advisor: demo page, REST channel, Rasa's API."""
    from advisor.doctor import NO_HINDRANCE, examine

    current = settings()
    problems = [finding for finding in examine(current) if finding.problem and finding.subject not in NO_HINDRANCE]
    for finding in problems:
        console.print(f"[red]{finding.subject}[/]: {finding.problem}")
    if problems:
        raise typer.Exit(1)
    model = ready_model(current)
    console.print("Loading …")
    gc.disable()  # what is loaded stays: looking through it again and again costs a second; `serve` turns it on
    from advisor.left_out import leave_out_for

    leave_out_for(model)
    from advisor.server import serve

    console.print(f"客户管理预算顾问: http://{current.host}:{current.port}/  (Ctrl-C stops it)")
    serve(model, current)


@app.command()
def shell() -> None:
    """Talk in the terminal; #1, #2 … press a button."""
    current = settings()
    model = ready_model(current)
    from advisor.left_out import leave_out_for

    leave_out_for(model)
    from advisor.shell import talk

    talk(model, current, console)


@app.command()
def train() -> None:
    """Train the model anew."""
    from advisor.model import train as train_model

    with console.status("training"):
        path = train_model(settings())
    console.print(f"Trained {path}.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the test suite; further arguments go to pytest."""
    raise typer.Exit(subprocess.run([sys.executable, "-m", "pytest", *context.args], cwd=ROOT, check=False).returncode)


@app.command()
def bench(long: bool = typer.Option(False, help="With DIET, turn 5,000 and a million conversations: hours.")) -> None:
    """Print the benchmark tables; the comparison with stock Rasa is written into docs/performance.md."""
    ready_model(settings())
    comparison = ("benchmarks.compare", "--long") if long else ("benchmarks.compare",)
    for module, *options in (("benchmarks.understanding", "--learning-curve"), ("benchmarks.facts",), comparison):
        subprocess.run([sys.executable, "-m", module, *options], cwd=ROOT, check=True)


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema; `run` does so too."""
    from storage.database import open_database
    from storage.migrations import migrate as bring_up

    bring_up(open_database(settings().database_url))


@app.command()
def import_conversations(url: str = typer.Argument(help="The database of Rasa's SQLTrackerStore, e.g. sqlite:///rasa.db")) -> None:
    """Bring the conversations of Rasa's own SQL tracker store into the database; may be interrupted and started again."""
    import sqlalchemy as sa
    from rich.progress import track

    from storage.database import open_database
    from storage.importer import ConversationImporter
    from storage.migrations import migrate as bring_up

    target = open_database(settings().database_url)
    bring_up(target)
    importer = ConversationImporter(sa.create_engine(url), target)
    brought = [count for _, count in track(importer.run(), "conversations", total=importer.count(), console=console)]
    new = sum(count > 0 for count in brought)
    console.print(f"{new} conversations with {sum(brought)} events brought; {len(brought) - new} were here already.")


@app.command()
def doctor() -> None:
    """Say what is wrong, where, and the remedy."""
    from advisor.doctor import examine

    findings = examine(settings())
    for finding in findings:
        console.print(f"[red]✗ {finding.subject}[/]: {finding.problem}" if finding.problem else f"[green]✓[/] {finding.subject}")
    raise typer.Exit(1 if any(finding.problem for finding in findings) else 0)
