"""How customers are won: by word of mouth, reviews, advertising, and by winning back those who left."""
