"""The commands, one module each.

A module exports `register(app: typer.Typer) -> None`. At the top it imports nothing but the standard library, typer
and `bot.commands.common`; everything else is imported inside the functions, because all modules are imported for
every start of the command line.
"""
