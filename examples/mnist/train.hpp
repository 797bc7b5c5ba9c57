#pragma once

#include "options.hpp"

/// Trains, tests, saves and predicts as asked. Returns the exit code of the program.
int run(const Options& options);

/// Makes a running `run` stop after its batch, save what it has and return 130. For a signal handler.
void interrupt();
