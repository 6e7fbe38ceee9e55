"""How things look: exhibits, theme, fonts; charts and tables."""
