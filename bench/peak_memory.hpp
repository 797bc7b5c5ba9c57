#pragma once

/// Trains the digit network for 100 batches of 64 and prints the most memory that took, beside the data set,
/// as JSON.
int print_peak_memory();
