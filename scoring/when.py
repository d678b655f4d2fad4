"""Moments as people say them: today, on Monday, in March."""

from datetime import date, datetime, timedelta, tzinfo

_WEEK = 7
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def day_words(at: datetime, now: datetime, zone: tzinfo) -> str:
    """`today`, `yesterday`, `on Monday`, `12 days ago`, `in March`, `in March 2024`; days are days in `zone`."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    ago = (today - day).days
    if ago <= 0:
        return "today"
    if ago == 1:
        return "yesterday"
    if ago < _WEEK:
        return f"on {_DAYS[day.weekday()]}"
    if ago <= 30:
        return f"{ago} days ago"
    month = _MONTHS[day.month - 1]
    return f"in {month}" if ago < 330 else f"in {month} {day.year}"


def since_monday(now: datetime, zone: tzinfo) -> date:
    """The Monday of this week."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday())
