"""Rules about prices; they run where prices are asked for."""
