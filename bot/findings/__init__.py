"""Results of the rules as findings: sentences with evidence, codes to show, warnings."""
