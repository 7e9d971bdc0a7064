"""The judge under load and faults: many files, hostile ones among them, and kills."""
