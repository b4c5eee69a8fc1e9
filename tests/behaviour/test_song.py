"""/song as a person lives it: the progress, the card, and what is said when it does not work out."""

from __future__ import annotations

from .house import House


async def test_a_song_from_the_command_to_the_card(house: House):
    result = await house.ann.slash(house.channel, "song", prompt="a trap song about rain")
    assert result.acknowledged
    assert not result.ephemeral
    assert "a trap song about rain" in result.response.content
    await house.wait(70)
    card = house.channel.last_message
    print(card.content, card.embeds[0].to_dict(), card.components)
    assert card.embeds[0].title == "Midnight Grid"
    assert card.embeds[0].url
