"""What people say of sockets, held to measurements: a sentence, its verdict, the exercise that shows it, and numbers from here."""
