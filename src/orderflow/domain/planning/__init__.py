"""Plans over the whole backlog: who would get the stock if all of it was dealt out again."""
