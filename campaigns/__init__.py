"""The business: who may do what, what is true, what must happen next. Knows no Flask, Pillow or reportlab."""
