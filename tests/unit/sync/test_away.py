"""A system that is away is looked for often at first, and less often the longer it lasts."""

from sync.away import AWAY_LOOKS, AWAY_S, Patience


def test_a_system_that_is_away_is_looked_for_every_10_s_and_after_a_day_every_5_minutes() -> None:
    patience = Patience()
    assert not patience.is_over(is_away=False)
    looks = round(3 * 86_400 / AWAY_S)
    tried = [number for number in range(looks) if patience.is_over(is_away=True)]
    assert tried[: AWAY_LOOKS + 1] == [*range(AWAY_LOOKS), AWAY_LOOKS + 1], "five minutes long every time"
    assert (tried[-1] - tried[-2]) * AWAY_S == 300
    assert len(tried) < 1_400
    assert not patience.is_over(is_away=False)
    assert patience.is_over(is_away=True), "away anew it is looked for at once"
