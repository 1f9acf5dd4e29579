"""Who is in the market, what rivals offer, and who leaves."""
