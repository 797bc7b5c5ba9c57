#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <vector>

#include <gradus/nn/walk.hpp>
#include <gradus/training/checkpoint.hpp>

namespace gradus::training {

/// A step computed again, under the eyes of `DetectAnomaly`.
struct Replay {
  /// The layers that were called, in order, with shape and range of what they gave: "conv1: [64, 32, 26, 26],
  /// from -1.3 to 2.1". Plain structs and functions are not seen.
  std::vector<std::string> calls;
  /// Which op was the first with a result or a gradient that is not finite, its line and its inputs; empty if
  /// all was finite.
  std::string anomaly;
};

namespace detail {
Replay replay(const std::vector<nn::Part>& parts, const Checkpoint& capsule,
              const std::function<Tensor()>& loss);
}

/// Puts the model and the default generator back as they were when `capsule` was taken, then calls `loss()`
/// and its backward. A capsule is a checkpoint taken of a step that failed, with `random` as it was before
/// the step and the batch in `extra`. Throws ValueError if the model is another one.
template <class M, std::invocable<> F>
Replay replay(const M& model, const Checkpoint& capsule, F loss) {
  nn::load_state_dict(model, capsule.model);
  return detail::replay(nn::walk(model), capsule, loss);
}

}  // namespace gradus::training
