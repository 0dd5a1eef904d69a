"""What people read: the answer to each sender, and the reports to leadership."""
