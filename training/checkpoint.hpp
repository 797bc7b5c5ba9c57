#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/random.hpp>
#include <gradus/data/loader.hpp>
#include <gradus/nn/state.hpp>
#include <gradus/optim/state.hpp>
#include <gradus/training/history.hpp>

namespace gradus::training {

/// Everything that a training needs to go on with the same bits as if it had never stopped:
///
///     training::Checkpoint now;
///     now.model = nn::state_dict(net);
///     now.states = {{"optimizer", adam.state_dict()}, {"schedule", schedule.state_dict()}};
///     now.random = default_generator().state();
///     now.loader = loader.state();
///     now.step = step;
///     training::write_checkpoint("run.checkpoint", now);
struct Checkpoint {
  nn::StateDict model;
  /// Of optimizer, schedule, averages and the like, by a name of the writer's choice without '/'.
  std::map<std::string, optim::State> states;
  Generator::State random;
  data::LoaderState loader;
  std::int64_t step = 0;                        ///< batches trained on
  std::map<std::string, double> metrics;        ///< as of now: "test_loss"
  std::map<std::string, std::string> settings;  ///< what must be the same when it goes on: "lr"
  History history;
  /// Further tensors, such as the batch that a step failed on.
  nn::StateDict extra;
};

/// Writes a checkpoint as a safetensors file whose names say what is what ("model/fc1.weight",
/// "state/optimizer/...") and whose metadata has a version and a checksum of all of it. The file takes its
/// name only when it is complete and on disk. Throws IoError when it cannot be written, ValueError for a name
/// given twice.
void write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Reads one back, bit by bit. Throws IoError naming the file and the cause when it is missing, damaged in
/// any byte that matters, no checkpoint, or of a later version than this library knows.
Checkpoint read_checkpoint(const std::filesystem::path& file);

}  // namespace gradus::training
