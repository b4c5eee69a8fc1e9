"""The bot: everything between the Discord commands in `cogs` and the client in `whisul_api`."""
