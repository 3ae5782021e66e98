"""What people set for reports: views, mails, targets, margins and costs."""
