"""leadloop joins a marketing system and a CRM into one two-way loop.

The plug-in names for connectors of your own are re-exported here, and nothing else.
"""

import domain as domain
from connectors import contract as contract
