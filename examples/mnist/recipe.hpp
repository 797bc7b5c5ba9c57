#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gradus/optim/optim.hpp>

#include "options.hpp"

/// What `--optimizer` offers, by name.
struct OptimizerChoice {
  double rate;  ///< the learning rate that suits the cnn
  std::unique_ptr<gradus::optim::Optimizer> (*make)(const std::vector<gradus::Tensor>& parameters, double lr);
};
const std::map<std::string, OptimizerChoice>& optimizers();

/// The optimizer that the command line asks for.
std::unique_ptr<gradus::optim::Optimizer> make_optimizer(const Options& options,
                                                         const std::vector<gradus::Tensor>& parameters);

/// The schedule, to be stepped after every batch; null for none.
std::unique_ptr<gradus::optim::Scheduler> make_schedule(const Options& options,
                                                        gradus::optim::Optimizer& optimizer,
                                                        std::int64_t steps);

/// What two runs must have in common to come out with the same bits, by the names of the options.
std::map<std::string, std::string> settings(const Options& options, std::int64_t images);

/// Throws UsageError naming the first setting that the run of a checkpoint does not share.
void check_settings(const std::map<std::string, std::string>& then,
                    const std::map<std::string, std::string>& now, const std::string& file);
