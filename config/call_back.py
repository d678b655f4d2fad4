"""`call_back:` in scoring.yaml: whom to call next. It orders the hot list and nothing else."""

from pydantic import Field

from config.strict import Strict


class CallBack(Strict):
    """What each reason adds to the priority, in points of its own scale. A hand-raise outweighs all the rest together
    by default: whoever asked to be called comes first."""

    hand_raise: int = Field(default=250, ge=0, le=1000)
    """Asked to be called, and no rep has answered since."""
    hand_raise_days: int = Field(default=30, ge=1, le=365)
    """Days for which a request to be called counts."""
    handoff: int = Field(default=30, ge=0, le=1000)
    """An open handoff that nobody has touched yet."""
    overdue: int = Field(default=30, ge=0, le=1000)
    """Beside that: the time for its first touch is over."""
    engagement_percent: int = Field(default=100, ge=0, le=1000)
    """Percent of the engagement points that count."""
    engagement_limit: int = Field(default=60, ge=0, le=1000)
    """What engagement can add at most."""
    sales_percent: int = Field(default=100, ge=0, le=1000)
    """Percent of the sales points (conversations, meetings) that count: a talk that began is to be gone on with."""
    sales_limit: int = Field(default=30, ge=0, le=1000)
    """What sales activity can add at most."""
    recent: int = Field(default=20, ge=0, le=1000)
    """They did something that gives points just now; it falls evenly to nothing."""
    recent_days: int = Field(default=14, ge=1, le=365)
    """Days in which that falls to nothing."""
    rest: int = Field(default=40, ge=0, le=1000)
    """Taken off while a rep's last touch is so fresh that another one would be a nuisance."""
    rest_hours: int = Field(default=20, ge=0, le=8760)
    """Hours that a touch rests."""
    no_calls: int = Field(default=10, ge=0, le=1000)
    """Taken off who may not be called: they stay on the list, with e-mail in place of the phone."""
    account_percent: int = Field(default=50, ge=0, le=1000)
    """Percent of the account's points beyond its warmest person that count for the account."""
    account_limit: int = Field(default=30, ge=0, le=1000)
    """What that can add at most."""
    buying_group: int = Field(default=20, ge=0, le=1000)
    """The account has a buying group."""
