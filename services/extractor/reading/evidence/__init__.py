"""What the page shows: picture and lines in, better lines and rules out."""
