"""The API beside the web chat: REST with OpenAPI, OpenAI's chat protocol, MCP, health and metrics.

    desk = ApiDesk(bot, Toolbox(knowledge, bot.index), feedback, Metrics())
    app.include_router(rest.router(desk)); app.include_router(openai_chat.router(desk))

Every face answers with the same engine and the same tools (`bot.toolbox`); nothing here decides anything.
"""
