"""`goldline campaign`: lists of leads and do-not-call lists on the command line."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldline.commands.options import CONFIG, AsJson, ConfigFile, Encoding
from goldline.commands.printing import print_json, print_reject, print_tables, tell, warn_of_guess

if TYPE_CHECKING:
    from crm.leads.loading import ImportResult

campaign_app = typer.Typer(help="Campaigns: their lists, and who may not be called.", no_args_is_help=True)
dnc_app = typer.Typer(help="Numbers that may not be called.", no_args_is_help=True)
campaign_app.add_typer(dnc_app, name="dnc")

CampaignName = Annotated[str, typer.Argument(help="The campaign's name.")]
Campaign = Annotated[str, typer.Option(help="For this campaign only, instead of the whole house.")]

GROUPINGS = "list, segment, arm, hour, attempt, tier, agent, caller_id"
FROM_CRM = "crm"
"""The name of a list made from the customers on record, where it is given none."""
SHOWN_MAX = 20
"""Lines that were not loaded and are shown on the terminal; all of them are in the file of rejects."""


@campaign_app.command("import")
def campaign_import(
    campaign: Annotated[str, typer.Argument(help="The campaign's name.")],
    file: Annotated[Path | None, typer.Argument(help="A CSV file, or a workbook of Excel.")] = None,
    from_crm: Annotated[
        str, typer.Option(help="Instead of a file: customers of whom this holds, such as 'tier == \"gold\"'.")
    ] = "",
    list_name: Annotated[str, typer.Option("--list", help="The list's name; without it the file's.")] = "",
    position: Annotated[int, typer.Option(min=0, max=255, help="Lists are dialed in this order.")] = 0,
    weight: Annotated[int, typer.Option(min=1, max=100, help="Its share among lists of one position.")] = 1,
    duplicates: Annotated[
        str, typer.Option(help="Where a number may not be yet: none, file, list, campaign or system.")
    ] = "list",
    keep_listed: Annotated[bool, typer.Option(help="Load also who may not be called by now.")] = False,
    country: Annotated[str, typer.Option(help="Of numbers without a country code.")] = "",
    encoding: Encoding = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Give the verdicts and load nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            help="Where to write what was not loaded, in a dry run every line; else beside the file."
        ),
    ] = None,
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Load a list of leads; bad lines are named and the others load. Loading it again changes nothing."""
    from goldline.lead_lists import ListOrder, import_list, verdict_table

    order = ListOrder(
        campaign=campaign,
        file=file,
        from_crm=from_crm,
        list_name=list_name or (file.stem if file else FROM_CRM),
        position=position,
        weight=weight,
        duplicates=duplicates,
        keeps_listed=keep_listed,
        country=country,
        encoding=encoding,
        dry=dry_run,
        rejects=rejects,
    )
    result = asyncio.run(import_list(order, config))
    warn_of_guess(result.guessed)
    for country, count in sorted(result.lawless.items()):
        said = f"leads with a number of {country}, which no law of {campaign} covers"
        typer.echo(f"{said}: {count:,}", err=True)
    if as_json:
        print_json(_as_json(result))
    else:
        _print_not_loaded(result)
        print_tables([verdict_table(result, dry_run)], remarks=[_speed(result)])
    raise typer.Exit(1 if result.rejected_lines else 0)


@dnc_app.command("add")
def dnc_add(
    numbers: Annotated[list[str], typer.Argument(help="Numbers, or areas such as +1900*.")],
    campaign: Campaign = "",
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
    config: ConfigFile = CONFIG,
) -> None:
    """Put numbers on the do-not-call list; in force at once."""
    from goldline.lead_lists import list_numbers

    listed = asyncio.run(list_numbers(numbers, campaign, reason, config))
    typer.echo(f"not called from now on{f' by {campaign}' if campaign else ''}: {', '.join(listed)}")


@dnc_app.command("import")
def dnc_import(
    file: Annotated[Path, typer.Argument(help="Numbers or areas, one a line, or the first column of a CSV.")],
    campaign: Campaign = "",
    register: Annotated[str, typer.Option(help="A register, such as us-national-do-not-call.")] = "",
    as_of: Annotated[str, typer.Option(help="The day a register is of, such as 2026-11-01.")] = "",
    config: ConfigFile = CONFIG,
) -> None:
    """Load a do-not-call list; of a register the new copy takes the place of the old."""
    from goldline.campaign.known import day_named
    from goldline.lead_lists import import_listed

    day = day_named("--as-of", as_of)
    result = asyncio.run(import_listed(file, campaign, register, day, config))
    for line, text in result.wrong[:SHOWN_MAX]:
        typer.echo(f"line {line}: {text!r} is no number and no area such as +1900*", err=True)
    typer.echo(f"{result.listed:,} numbers and areas listed, {len(result.wrong):,} lines not understood")
    raise typer.Exit(1 if result.wrong else 0)


@campaign_app.command("start")
def campaign_start(campaign: CampaignName, config: ConfigFile = CONFIG) -> None:
    """Let a campaign dial: now where an engine runs, else as soon as one does."""
    from goldline.campaign.door import start

    told = asyncio.run(start(campaign, config))
    typer.echo(f"{campaign} dials{'' if told['runs'] else ' as soon as an engine runs'}")


@campaign_app.command("stop")
def campaign_stop(campaign: CampaignName, config: ConfigFile = CONFIG) -> None:
    """Let a campaign dial nobody new; whoever rings or talks goes on."""
    from goldline.campaign.door import stop

    asyncio.run(stop(campaign, config))
    typer.echo(f"{campaign} dials nobody new")


@campaign_app.command("pace")
def campaign_pace(
    campaign: CampaignName,
    config: ConfigFile = CONFIG,
    mode: Annotated[str, typer.Option(help="How many are dialed, and how: predictive, power...")] = "",
    lines: Annotated[int, typer.Option(help="How many of its calls there are at once.")] = 0,
    lines_per_agent: Annotated[float, typer.Option(help="In power mode.")] = 0.0,
    share: Annotated[float, typer.Option(help="Abandoned of answered it is kept to, such as 0.01.")] = 0.0,
    as_configured: Annotated[bool, typer.Option(help="As the configuration file has it again.")] = False,
) -> None:
    """Let a campaign that runs pace otherwise, until it is to be as configured again."""
    from core.model.quality import PPM
    from goldline.campaign.door import pace, pace_as_configured

    if as_configured:
        asyncio.run(pace_as_configured(campaign, config))
        typer.echo(f"{campaign} paces as configured")
        return
    wishes: dict[str, int | str] = {
        "mode": mode,
        "lines_max": lines,
        "lines_per_agent_ppm": round(PPM * lines_per_agent),
        "share_max_ppm": round(PPM * share),
    }
    asyncio.run(pace(campaign, config, wishes))
    typer.echo(f"{campaign} paces so from now on")


@campaign_app.command("status")
def campaign_status(campaign: CampaignName, config: ConfigFile = CONFIG, as_json: AsJson = False) -> None:
    """Tell whether a campaign dials, with whom, and how far its lists have been worked."""
    from goldline.campaign.door import status

    told = asyncio.run(status(campaign, config))
    tell(told, _print_status, as_json)


@campaign_app.command("rehearse")
def campaign_rehearse(
    day: Annotated[Path, typer.Argument(help="A scenario: who answers when, who works how.")],
    starts: Annotated[str, typer.Option(help="Its first instant, such as 2026-11-23T09:00-05:00.")],
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let simulated people answer a day of the campaigns that were started, with the leads in your store."""
    from goldline.campaign.rehearsal import rehearse
    from goldline.progress import progress_bar

    with progress_bar(f"{day.stem} in virtual time", not as_json) as told:
        rehearsed = rehearse(day, starts, seed, told)
    tell(rehearsed, _print_rehearsal, as_json)


@campaign_app.command("results")
def campaign_results(
    campaign: CampaignName,
    by: Annotated[str, typer.Option(help=f"What to part the results by: {GROUPINGS}.")] = "list",
    since: Annotated[datetime | None, typer.Option(help="Of attempts from this day on, in its zone.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Of attempts before this day.")] = None,
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Tell what a campaign came to: whom it reached, what was sold, how far its lists have been worked."""
    from goldline.campaign.reading import asked, campaign_results

    told = asyncio.run(campaign_results(asked(campaign, by, since, until), config))
    tell(told, _print_results, as_json)


@campaign_app.command("conversions")
def campaign_conversions(
    file: Annotated[Path, typer.Argument(help="A CSV with attempt_id, and reference, at, value.")],
    config: ConfigFile = CONFIG,
) -> None:
    """Credit campaigns with what other systems sold to those they called; each sale counts once."""
    from goldline.campaign.conversions import import_conversions

    read = asyncio.run(import_conversions(file, config))
    for reject in read.rejects[:SHOWN_MAX]:
        print_reject(reject)
    typer.echo(f"{len(read.conversions):,} conversions, {len(read.rejects):,} lines not understood")
    raise typer.Exit(1 if read.rejects else 0)


def _print_status(told: dict[str, Any]) -> None:
    from goldline.campaign.tables import caps_table, standing_line, standings_table

    caps = [caps_table(told["caps"])] if told.get("caps") else []
    print_tables([standings_table(told["lists"]), *caps], preface=[standing_line(told)])


def _print_rehearsal(rehearsed: dict[str, Any]) -> None:
    from goldline.campaign.tables import rehearsal_table

    print_tables([rehearsal_table(rehearsed)])


def _print_results(told: dict[str, Any]) -> None:
    from goldline.campaign.tables import remarks, result_tables

    print_tables(result_tables(told), remarks=remarks(told))


def _print_not_loaded(result: ImportResult) -> None:
    for one in result.not_loaded[:SHOWN_MAX]:
        typer.echo(f"line {one.reason.line}, {one.verdict}: {one.reason.said()}", err=True)


def _speed(result: ImportResult) -> str:
    share = result.parsing_s / result.elapsed_s if result.elapsed_s else 0.0
    return (
        f"{result.elapsed_s:.1f} s, of which {share:.0%} for {result.numbers:,} telephone numbers "
        f"({result.looked_up:,} of an area not seen before)"
    )


def _as_json(result: ImportResult) -> dict[str, object]:
    return {
        "lines": {verdict.value: count for verdict, count in result.lines.items()},
        "elapsed_s": result.elapsed_s,
        "parsing_s": result.parsing_s,
        "numbers": result.numbers,
        "looked_up": result.looked_up,
    }
