#pragma once

#include <stdexcept>

#include "options.hpp"

/// Trains, tests, saves and predicts as asked, and on SIGINT or SIGTERM stops after its batch. Returns the
/// exit code of the program. Throws gradus::Error, UsageError, NotFinite.
int run(const Options& options);

/// A step whose loss was not finite; the text says where its capsule is.
struct NotFinite : std::runtime_error {
  using std::runtime_error::runtime_error;
};
