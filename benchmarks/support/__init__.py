"""What all figures share: how they are measured, kept, and shown."""
