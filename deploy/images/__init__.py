"""Making the images small, and measuring them without a container engine."""
