"""`codecite mcp`: the tools for an assistant on this machine."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)


def mcp() -> None:
    """Serve the tools to an assistant over standard input and output (Model Context Protocol).

    The assistant starts it: in its configuration name the command `codecite` with the argument `mcp`. A running
    `codecite serve` offers the same tools over HTTP at /mcp.

    Tools: ask, look_up_code, find_codes, check_pair, check_claim, medicare_price, search_statements. They only read.
    """
    from importlib import metadata

    from bot.channels.api.desk import ApiDesk
    from bot.channels.api.mcp_server import build_server
    from bot.channels.api.metrics import Metrics
    from bot.commands.common import open_bot, settings
    from bot.toolbox import Toolbox

    bot = open_bot(settings())
    try:
        desk = ApiDesk(bot, Toolbox(bot.knowledge, bot.index), None, Metrics(bot.knowledge.version))
        build_server(desk, metadata.version("codecite")).run("stdio")
    finally:
        bot.close()
