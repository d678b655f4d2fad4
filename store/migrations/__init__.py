"""How the schema came to be, one explicit step after the other."""
