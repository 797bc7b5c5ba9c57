#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

/// What the command line asks for.
struct Options {
  std::string data;
  std::string model = "cnn";
  int epochs = 3;
  int batch_size = 64;
  std::optional<double> lr;  ///< by default one that suits model and optimizer
  std::string optimizer = "sgd";
  std::string schedule = "onecycle";
  bool augment = false;
  double dropout = 0;
  std::uint64_t seed = 1;
  std::optional<int> threads;
  std::string save, load, predict, graph, log;
  std::string checkpoint, replay, report, tensorboard;
  int every = 0;  ///< steps between checkpoints; 0: only at the ends of epochs
  bool resume = false;
  double require_accuracy = 0;
  bool quiet = false;
};

/// A command line that makes no sense; the text is one line.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads the command line; nothing when only the help was wanted, which is then printed. Throws UsageError.
std::optional<Options> parse_options(int argc, const char* const* argv);

/// The learning rate that was asked for, or the one that suits model and optimizer.
double learning_rate(const Options& options);
