#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <gradus/nn/walk.hpp>

namespace gradus::training {

/// What a layer takes of a step.
struct LayerCost {
  std::string path = {};        ///< "conv1"; empty for what follows the last layer, such as the loss
  Shape output = {};            ///< of its last call
  double forward = 0;           ///< seconds
  double backward = 0;          ///< seconds
  std::int64_t parameters = 0;  ///< bytes
  std::int64_t memory = 0;      ///< bytes of its results
};

namespace detail {
std::vector<LayerCost> layer_costs(const std::vector<nn::Part>& parts, const std::function<Tensor()>& loss);
}

/// Times `loss()` and its backward once, layer by layer, in the order of their first calls: a layer's share
/// begins where that of the layer called before it ended, so functions between two layers count with the
/// later one. Layers made of layers, which their parts stand for, and plain structs are not listed. Gradients
/// of the model are added to. Call it twice and keep the second: the first allocates.
template <class M, std::invocable<> F>
std::vector<LayerCost> layer_costs(const M& model, F loss) {
  return detail::layer_costs(nn::walk(model), loss);
}

}  // namespace gradus::training
