"""Mail: MJML compiled once per step and locale, merged per recipient."""
