"""Whether those who are to be told can be: what `doctor` asks a connection beside its login."""

from collections.abc import Iterator, Mapping, Sequence

from config.deliver import Delivery
from config.notices import Channel, Notices
from config.routing import RoutingRules
from connectors.abilities import Acquainted
from connectors.contract import Connector
from domain.notice import Audience


def out_of_reach(
    name: str, connector: Connector, notices: Notices, routing: RoutingRules, deliver: Sequence[Delivery] = ()
) -> Mapping[str, str]:
    """Whom and what this connection is to tell and cannot, with why and how to mend it."""
    if not isinstance(connector, Acquainted):
        return {}
    found = [*_channels(name, notices), *(each for one in deliver for each in one.to if each.connection == name)]
    channels = {each.channel for each in found if each.channel is not None}
    return connector.out_of_reach(sorted(_people(name, notices, routing)), sorted(channels))


def _channels(name: str, notices: Notices) -> Iterator[Channel]:
    for audience in Audience:
        channel = notices.channel_of(audience)
        if channel is not None and channel.connection == name:
            yield channel


def _people(name: str, notices: Notices, routing: RoutingRules) -> Iterator[str]:
    """Everybody who is told directly; in a channel nobody needs to be known."""
    for audience, people in (
        (Audience.REP, {member.email for pool in routing.pools for member in pool.members}),
        (Audience.MANAGER, {team.manager for team in routing.teams if team.manager is not None}),
    ):
        channel = notices.channel_of(audience)
        if channel is not None and channel.connection == name and channel.channel is None and channel.to is None:
            yield from people


def unheard(notices: Notices, *, hands_off: bool) -> str | None:
    """Why nobody hears of a lead, where leads are handed off."""
    if not hands_off or notices.tells_anybody:
        return None
    return "nobody is told of handed-off leads: `notices` in leadloop.yaml names no channel"
